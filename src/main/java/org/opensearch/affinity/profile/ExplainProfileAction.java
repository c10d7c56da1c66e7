package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

import java.io.IOException;

/**
 * Does nothing. Its name is the permission to be shown by a search what is in the profile of a user whom the search names. {@link
 * UseProfileAction} executes it as the caller: without the permission, the security plugin refuses it.
 */
public final class ExplainProfileAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/profile/explain";
    public static final ExplainProfileAction INSTANCE = new ExplainProfileAction();

    private ExplainProfileAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    /** Has no content. */
    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        Request() {}

        Request(StreamInput in) throws IOException {
            super(in);
            FORMAT.read(in);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            FORMAT.begin(to).close();
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<Request, AcknowledgedResponse> {
        @Inject
        public Transport(TransportService transport, ActionFilters filters) {
            super(NAME, transport, filters, Request::new);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<AcknowledgedResponse> listener) {
            listener.onResponse(new AcknowledgedResponse(true));
        }
    }
}
