package org.opensearch.affinity.node;

import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.util.Collection;
import java.util.List;

/** A node with the plugin in this JVM. */
public abstract class AffinityNodeTestCase extends OpenSearchSingleNodeTestCase {
    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class);
    }

    /** On a busy machine a profile may take longer than a search should wait. */
    @Override
    protected Settings nodeSettings() {
        return Settings.builder().put(super.nodeSettings()).put("affinity.profile_timeout", "10s").build();
    }
}
