package org.opensearch.affinity.encode;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.Scheduler.Cancellable;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Encodes the texts of a request, on the node that receives it. */
public final class EncodeAction extends ActionType<EncodeAction.Response> {
    public static final String NAME = "cluster:admin/affinity/encode";
    public static final EncodeAction INSTANCE = new EncodeAction();

    /** The maximum number of texts of a request. The response to this many texts has about 5 MB. */
    public static final int MAX_TEXTS = 1_000;

    private static final Set<String> KEYS = new TreeSet<>(Set.of("model", "purpose", "pooling", "max_chunks", "texts"));

    private EncodeAction() {
        super(NAME, Response::new);
    }

    /** Texts to encode with one model. */
    public static final class Request extends ActionRequest {
        private final String model;
        private final Purpose purpose;
        private final Chunking chunking;
        private final List<String> texts;
        private final TimeValue timeout;

        /**
         * @param chunking how texts longer than the model's input are encoded
         * @param timeout  null for none
         * @throws IllegalArgumentException if there are no texts or more than {@link #MAX_TEXTS}
         */
        public Request(String model, Purpose purpose, Chunking chunking, List<String> texts, TimeValue timeout) {
            if (texts.isEmpty() || texts.size() > MAX_TEXTS) {
                throw wrong("[texts] holds [" + texts.size() + "] texts; wanted 1 to [" + MAX_TEXTS + "]");
            }
            this.model = model;
            this.purpose = purpose;
            this.chunking = chunking;
            this.texts = texts;
            this.timeout = timeout;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            model = in.readString();
            purpose = in.readEnum(Purpose.class);
            chunking = new Chunking(in.readVInt());
            texts = in.readStringList();
            timeout = in.readOptionalTimeValue();
        }

        /**
         * Parses the body of a REST request.
         *
         * @throws IllegalArgumentException naming the wrong key, its value and the right ones
         */
        public static Request parse(XContentParser parser, TimeValue timeout) throws IOException {
            String model = EncodeProcessor.DEFAULT_MODEL;
            Purpose purpose = Purpose.ITEM;
            String pooling = null;
            Object maxChunks = null;
            List<String> texts = null;
            if (parser.nextToken() != XContentParser.Token.START_OBJECT) {
                throw wrong("the body must be an object with " + KEYS);
            }
            while (parser.nextToken() == XContentParser.Token.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                switch (key) {
                    case "model" -> model = string(key, parser);
                    case "purpose" -> purpose = purpose(string(key, parser));
                    case Chunking.POOLING -> pooling = string(key, parser);
                    case Chunking.MAX_CHUNKS -> maxChunks = number(key, parser);
                    case "texts" -> texts = strings(key, parser);
                    default -> throw wrong("unknown key [" + key + "]; known: " + KEYS);
                }
            }
            if (texts == null) {
                throw wrong("[texts] is missing; wanted a list of strings");
            }
            return new Request(model, purpose, chunking(pooling, maxChunks), texts, timeout);
        }

        private static Chunking chunking(String pooling, Object maxChunks) {
            try {
                return Chunking.of(pooling, maxChunks);
            } catch (IllegalArgumentException e) {
                throw wrong(e.getMessage());
            }
        }

        private static Purpose purpose(String name) {
            return switch (name) {
                case "query" -> Purpose.QUERY;
                case "item" -> Purpose.ITEM;
                default -> throw wrong("unknown purpose [" + name + "]; one of [query, item]");
            };
        }

        private static List<String> strings(String key, XContentParser parser) throws IOException {
            if (parser.currentToken() != XContentParser.Token.START_ARRAY) {
                throw wrong("[" + key + "] is " + found(parser) + "; wanted a list of strings");
            }
            List<String> strings = new ArrayList<>();
            while (parser.nextToken() != XContentParser.Token.END_ARRAY) {
                strings.add(string(key + "[" + strings.size() + "]", parser));
                if (strings.size() > MAX_TEXTS) {
                    throw wrong("[" + key + "] holds more than [" + MAX_TEXTS + "] texts; send them in several requests");
                }
            }
            return strings;
        }

        private static String string(String key, XContentParser parser) throws IOException {
            if (parser.currentToken() != XContentParser.Token.VALUE_STRING) {
                throw wrong("[" + key + "] is " + found(parser) + "; wanted a string");
            }
            return parser.text();
        }

        private static Number number(String key, XContentParser parser) throws IOException {
            if (parser.currentToken() != XContentParser.Token.VALUE_NUMBER) {
                throw wrong("[" + key + "] is " + found(parser) + "; wanted a number");
            }
            return parser.numberValue();
        }

        private static String found(XContentParser parser) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_NULL -> "[null]";
                default -> "[" + parser.text() + "]";
            };
        }

        private static IllegalArgumentException wrong(String message) {
            return new IllegalArgumentException("[_encode] " + message);
        }

        String model() {
            return model;
        }

        Purpose purpose() {
            return purpose;
        }

        Chunking chunking() {
            return chunking;
        }

        List<String> texts() {
            return texts;
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(model);
            out.writeEnum(purpose);
            out.writeVInt(chunking.maxChunks());
            out.writeStringCollection(texts);
            out.writeOptionalTimeValue(timeout);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }

        /** The number of texts, without the texts, as descriptions of tasks are listed and logged. */
        @Override
        public String getDescription() {
            return "[" + texts.size() + "] texts for [" + purpose + "] with [" + model + "]";
        }

        @Override
        public EncodeTask createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
            return new EncodeTask(id, type, action, getDescription(), parent, headers);
        }
    }

    /** A task that removes its texts from the queue when it is cancelled, for example because the caller closed the connection. */
    static final class EncodeTask extends CancellableTask {
        private Cancellable encoding;

        EncodeTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
            super(id, type, action, description, parent, headers);
        }

        /** Sets the handle of the running request, and cancels it at once if the task was cancelled before. */
        void runs(Cancellable encoding) {
            synchronized (this) {
                this.encoding = encoding;
            }
            if (isCancelled()) {
                encoding.cancel();
            }
        }

        @Override
        protected void onCancelled() {
            Cancellable running;
            synchronized (this) {
                running = encoding;
            }
            if (running != null) {
                running.cancel();
            }
        }

        @Override
        public boolean shouldCancelChildrenOnCancellation() {
            return false;
        }
    }

    /** The vectors of a request's texts. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private final String model;
        private final int dimension;
        private final float[][] vectors;

        Response(String model, int dimension, float[][] vectors) {
            this.model = model;
            this.dimension = dimension;
            this.vectors = vectors;
        }

        Response(StreamInput in) throws IOException {
            model = in.readString();
            dimension = in.readVInt();
            vectors = in.readArray(StreamInput::readFloatArray, float[][]::new);
        }

        /** Unit vectors in the order of the texts. They may be shared with the node's cache and must not be changed. */
        public float[][] vectors() {
            return vectors;
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(model);
            out.writeVInt(dimension);
            out.writeArray(StreamOutput::writeFloatArray, vectors);
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("model", model).field("dimension", dimension).startArray("vectors");
            for (float[] vector : vectors) {
                builder.startArray();
                for (float value : vector) {
                    builder.value(value);
                }
                builder.endArray();
            }
            return builder.endArray().endObject();
        }
    }

    /** Runs on the node that receives the request. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final Encoder encoder;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, Encoder encoder) {
            super(NAME, transport, filters, Request::new);
            this.encoder = encoder;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            int dimension = encoder.models().pack(request.model).dimension();
            ActionListener<float[][]> answer = ActionListener.wrap(
                vectors -> listener.onResponse(new Response(request.model, dimension, vectors)),
                listener::onFailure
            );
            Cancellable encoding = encoder.encode(
                request.model,
                request.purpose,
                request.chunking,
                request.texts,
                request.timeout,
                answer
            );
            if (task instanceof EncodeTask own) {
                own.runs(encoding);
            }
        }
    }
}
