package org.opensearch.affinity.event;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionRunnable;
import org.opensearch.action.ActionType;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.AutoCreateIndex;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * Writes UBI events into their index. The action's name is the permission to send events. Creating the index and writing to it
 * also require the sender's permissions, as for any bulk request.
 */
public final class RecordEventsAction extends ActionType<RecordEventsAction.Response> {
    public static final String NAME = "cluster:admin/affinity/events/record";
    public static final RecordEventsAction INSTANCE = new RecordEventsAction();

    private RecordEventsAction() {
        super(NAME, Response::new);
    }

    /** The body of a REST request, not parsed yet. */
    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String index;
        private final EventFormat format;
        private final BytesReference body;

        /** @param index null for the index of the setting {@code affinity.events.index} */
        public Request(String index, EventFormat format, BytesReference body) {
            this.index = index;
            this.format = format;
            this.body = body;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            index = in.readOptionalString();
            format = in.readEnum(EventFormat.class);
            body = in.readBytesReference();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeOptionalString(index);
                out.writeEnum(format);
                out.writeBytesReference(body);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }

        /** Describes the size and the index only: descriptions of tasks are listed and logged, and events name users. */
        @Override
        public String getDescription() {
            return "[" + body.length() + "] bytes of events for [" + (index == null ? "the default index" : index) + "]";
        }
    }

    /**
     * The outcome of one event.
     *
     * @param status  201 if it was written, 200 if a document of its id existed, an error otherwise
     * @param id      the id of its document; null after an error
     * @param error   the error message; null without an error
     * @param warning {@link UbiEvent#warning}; null after an error
     */
    record Outcome(RestStatus status, String id, String error, String warning) implements Writeable, ToXContentObject {
        private static final Format FORMAT = Format.first(Outcome.class);

        Outcome(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Outcome(Frame in) throws IOException {
            this(in.readEnum(RestStatus.class), in.readOptionalString(), in.readOptionalString(), in.readOptionalString());
        }

        static Outcome invalid(String error) {
            return new Outcome(RestStatus.BAD_REQUEST, null, error, null);
        }

        /** A conflict means that the event was sent before: senders choose the ids. */
        static Outcome of(BulkItemResponse item, String warning) {
            if (item.isFailed() == false) {
                return new Outcome(RestStatus.CREATED, item.getId(), null, warning);
            }
            RestStatus status = item.getFailure().getStatus();
            if (status == RestStatus.CONFLICT) {
                return new Outcome(RestStatus.OK, item.getId(), null, warning);
            }
            return new Outcome(status, null, item.getFailureMessage(), null);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeEnum(status);
                out.writeOptionalString(id);
                out.writeOptionalString(error);
                out.writeOptionalString(warning);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("status", status.getStatus());
            if (error != null) {
                return builder.field("error", error).endObject();
            }
            builder.field("id", id);
            if (status == RestStatus.OK) {
                builder.field("result", "duplicate");
            }
            if (warning != null) {
                builder.field("warning", warning);
            }
            return builder.endObject();
        }
    }

    /** The outcomes of the events, in the order of the request. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private static final Format FORMAT = Format.first(Response.class);

        private final long tookMillis;
        private final List<Outcome> outcomes;

        Response(long tookMillis, List<Outcome> outcomes) {
            this.tookMillis = tookMillis;
            this.outcomes = outcomes;
        }

        Response(StreamInput from) throws IOException {
            Frame in = FORMAT.read(from);
            tookMillis = in.readVLong();
            outcomes = in.readList(Outcome::new);
        }

        List<Outcome> outcomes() {
            return outcomes;
        }

        boolean hasErrors() {
            return outcomes.stream().anyMatch(outcome -> outcome.error() != null);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(tookMillis);
                out.writeList(outcomes);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("took", tookMillis).field("errors", hasErrors()).startArray("events");
            for (Outcome outcome : outcomes) {
                outcome.toXContent(builder, params);
            }
            return builder.endArray().endObject();
        }
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        /** Bodies of up to so many bytes, about 250 events, are parsed on the transport thread that they arrive on. */
        static final int MAX_BYTES_ON_TRANSPORT = 64 << 10;

        private final Client client;
        private final ClusterService cluster;
        private final EventIndex eventIndex;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            AutoCreateIndex autoCreate,
            Settings settings,
            Client client
        ) {
            super(NAME, transport, filters, Request::new);
            this.client = client;
            this.cluster = cluster;
            eventIndex = new EventIndex(client, cluster, autoCreate, settings);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            ActionRunnable<Response> record = ActionRunnable.wrap(listener, wrapped -> record(task, request, wrapped));
            if (request.body.length() <= MAX_BYTES_ON_TRANSPORT) {
                record.run();
            } else {
                // The bulk request would use the same pool: when its queue is full, the request fails with 429 either way.
                client.threadPool().executor(ThreadPool.Names.WRITE).execute(record);
            }
        }

        private void record(Task task, Request request, ActionListener<Response> listener) throws IOException {
            long start = System.nanoTime();
            Instant arrival = Instant.ofEpochMilli(client.threadPool().absoluteTimeInMillis());
            String index = eventIndex.nameOrDefault(request.index);
            EventBulk bulk = new EventBulk(index, request.format.events(request.body), arrival, eventIndex.timeFormat(index));
            if (bulk.isEmpty()) {
                listener.onResponse(new Response(millisSince(start), bulk.outcomes()));
                return;
            }
            bulk.request().setParentTask(cluster.localNode().getId(), task.getId());
            ActionListener<Void> write = ActionListener.wrap(
                ready -> client.bulk(
                    bulk.request(),
                    ActionListener.map(listener, written -> new Response(millisSince(start), bulk.outcomes(written)))
                ),
                listener::onFailure
            );
            eventIndex.createIfMissing(index, write);
        }

        private static long millisSince(long startNanos) {
            return TimeValue.nsecToMSec(System.nanoTime() - startNanos);
        }
    }
}
