package org.opensearch.affinity.node.search;

import org.apache.lucene.util.SetOnce;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.script.ScriptService;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Writes down which actions a node runs, and for which caller. */
public final class CalledActions extends Plugin implements ActionPlugin {
    /** The header that names the caller. */
    static final String CALLER = "X-Test-Caller";
    /** Names of actions, followed by {@code of} and the caller where the header is set. */
    static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();

    private final SetOnce<ThreadPool> pool = new SetOnce<>();

    @Override
    public Collection<Object> createComponents(
        Client client,
        ClusterService cluster,
        ThreadPool threadPool,
        ResourceWatcherService watcher,
        ScriptService scripts,
        NamedXContentRegistry xContent,
        Environment environment,
        NodeEnvironment nodeEnvironment,
        NamedWriteableRegistry writeables,
        IndexNameExpressionResolver resolver,
        Supplier<RepositoriesService> repositories
    ) {
        pool.set(threadPool);
        return List.of();
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(new ActionFilter.Simple() {
            @Override
            public int order() {
                return 0;
            }

            @Override
            protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                String caller = pool.get().getThreadContext().getHeader(CALLER);
                CALLS.add(caller == null ? action : action + " of " + caller);
                return true;
            }
        });
    }
}
