package org.opensearch.affinity.item;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the unit vectors of a tracker's items by item id, the id by which events name them. */
public final class GetItemVectorsAction extends ActionType<GetItemVectorsAction.Response> {
    public static final String NAME = "cluster:admin/affinity/items/vectors";
    public static final GetItemVectorsAction INSTANCE = new GetItemVectorsAction();

    private GetItemVectorsAction() {
        super(NAME, Response::new);
    }

    /** The items of one tracker and a time limit; after it the request fails with a timeout exception. */
    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String tracker;
        private final List<String> items;
        private final TimeValue timeout;

        /**
         * @param items   item ids; empty to get the tracker's definition alone
         * @param timeout for the look-up of the vectors
         */
        public Request(String tracker, List<String> items, TimeValue timeout) {
            this.tracker = tracker;
            this.items = items;
            this.timeout = timeout;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            items = in.readStringList();
            timeout = in.readTimeValue();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeStringCollection(items);
                out.writeTimeValue(timeout);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** The tracker's definition and the vectors that were found. */
    public static final class Response extends ActionResponse {
        private static final Format FORMAT = Format.first(Response.class);

        private final Tracker tracker;
        private final Map<String, float[]> vectors;

        Response(Tracker tracker, Map<String, float[]> vectors) {
            this.tracker = tracker;
            this.vectors = vectors;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = new Tracker(in);
            vectors = in.readMap(StreamInput::readString, StreamInput::readFloatArray);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                tracker.writeTo(out);
                out.writeMap(vectors, StreamOutput::writeString, StreamOutput::writeFloatArray);
            }
        }

        public Tracker tracker() {
            return tracker;
        }

        /**
         * The vectors by item id, all of unit length; items that are unknown or have no vector are left out. The arrays may be shared
         * with a cache and must not be changed.
         */
        public Map<String, float[]> vectors() {
            return vectors;
        }
    }

    /** Runs on the node that receives the request. Fails with {@link IllegalArgumentException} (400) if the tracker is unknown. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final ThreadPool threadPool;
        private final ItemVectors vectors;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster, ThreadPool threadPool, Client client) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            this.threadPool = threadPool;
            vectors = new ItemVectors(client);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            Tracker tracker = Trackers.of(cluster.state()).get(request.tracker);
            if (request.items.isEmpty()) {
                listener.onResponse(new Response(tracker, Map.of()));
                return;
            }
            ActionListener<Map<String, float[]>> answer = ActionListener.map(listener, found -> new Response(tracker, withVector(found)));
            // The look-up runs in a thread context of its own; the listener is called in the caller's.
            ActionListener<Map<String, float[]>> timed = ListenerTimeouts.wrapWithTimeout(
                threadPool,
                ContextPreservingActionListener.wrapPreservingContext(answer, threadPool.getThreadContext()),
                request.timeout,
                ThreadPool.Names.GENERIC,
                NAME
            );
            vectors.find(tracker.items(), request.items, timed);
        }

        private static Map<String, float[]> withVector(Map<String, float[]> found) {
            Map<String, float[]> vectors = new TreeMap<>(found);
            vectors.values().removeIf(vector -> vector.length == 0);
            return vectors;
        }
    }
}
