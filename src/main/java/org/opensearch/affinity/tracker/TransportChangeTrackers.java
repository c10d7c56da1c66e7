package org.opensearch.affinity.tracker;

import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.action.support.clustermanager.TransportClusterManagerNodeAction;
import org.opensearch.cluster.AckedClusterStateUpdateTask;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.cluster.block.ClusterBlockLevel;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * Base of the actions that change what the cluster state holds of trackers. They run on the elected cluster manager and answer when all
 * nodes have the new state.
 */
public abstract class TransportChangeTrackers<R extends AcknowledgedRequest<R>> extends TransportClusterManagerNodeAction<
    R,
    AcknowledgedResponse> {

    protected TransportChangeTrackers(
        String action,
        TransportService transportService,
        ClusterService clusterService,
        ThreadPool threadPool,
        ActionFilters filters,
        Writeable.Reader<R> request,
        IndexNameExpressionResolver resolver
    ) {
        super(action, transportService, clusterService, threadPool, filters, request, resolver);
    }

    /**
     * Submits a change of the cluster state.
     *
     * @param change   applied to the state that is current when the update runs; exceptions that it throws go to the listener
     * @param listener called when all nodes have acknowledged the new state, or the request's time-out has passed
     */
    protected final void submit(R request, UnaryOperator<ClusterState> change, ActionListener<AcknowledgedResponse> listener) {
        clusterService.submitStateUpdateTask(actionName, new AckedClusterStateUpdateTask<>(request, listener) {
            @Override
            public ClusterState execute(ClusterState current) {
                return change.apply(current);
            }

            @Override
            protected AcknowledgedResponse newResponse(boolean acknowledged) {
                return new AcknowledgedResponse(acknowledged);
            }
        });
    }

    @Override
    protected final String executor() {
        return ThreadPool.Names.MANAGEMENT;
    }

    @Override
    protected final AcknowledgedResponse read(StreamInput in) throws IOException {
        return new AcknowledgedResponse(in);
    }

    @Override
    protected final ClusterBlockException checkBlock(R request, ClusterState state) {
        return state.blocks().globalBlockedException(ClusterBlockLevel.METADATA_WRITE);
    }
}
