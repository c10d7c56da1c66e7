package org.opensearch.affinity.encode;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.Values;
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
import java.util.List;
import java.util.Map;

/** Encodes the texts of a request, on the node that receives it. */
public final class EncodeAction extends ActionType<EncodeAction.Response> {
    public static final String NAME = "cluster:admin/affinity/encode";
    public static final EncodeAction INSTANCE = new EncodeAction();

    /** The maximum number of texts of a request. The response to this many texts has about 5 MB. */
    public static final int MAX_TEXTS = 1_000;

    private static final String TEXTS = "a list of 1 to " + MAX_TEXTS + " strings; send more of them in several requests";
    private static final FieldPath BODY = FieldPath.body("[_encode] ");

    private EncodeAction() {
        super(NAME, Response::new);
    }

    /** Texts to encode with one model. */
    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);
        private static final String PURPOSES = "[query] or [item]";

        /** A request as it was sent. */
        private static final class Builder {
            private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

            static {
                PARSER.declare("model", Values.text("the name of a model"), (b, value) -> b.model = value);
                PARSER.declare("purpose", Values.text(PURPOSES), (b, value) -> b.purpose = value);
                PARSER.declare(Chunking.POOLING, Values.STRING, (b, value) -> b.pooling = value);
                PARSER.declare(Chunking.MAX_CHUNKS, Values.wholeNumber(1, Chunking.LIMIT), (b, value) -> b.maxChunks = value);
                PARSER.declare("texts", Values.list(Values.STRING, 1, MAX_TEXTS, TEXTS), (b, value) -> b.texts = value);
            }

            private String model = EncodeProcessor.DEFAULT_MODEL;
            private String purpose = "item";
            private String pooling;
            private Integer maxChunks;
            private List<String> texts;

            private Request build(TimeValue timeout) {
                BODY.field("texts").require(texts, "give a list of 1 to " + MAX_TEXTS + " strings");
                Purpose textsAre = switch (purpose) {
                    case "query" -> Purpose.QUERY;
                    case "item" -> Purpose.ITEM;
                    default -> throw BODY.field("purpose").mustBe(PURPOSES, purpose);
                };
                return new Request(model, textsAre, chunking(), texts, timeout);
            }

            private Chunking chunking() {
                try {
                    return Chunking.of(pooling, maxChunks);
                } catch (IllegalArgumentException e) {
                    throw BODY.failure(e.getMessage());
                }
            }
        }

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
                throw BODY.field("texts").mustBe(TEXTS, texts.size());
            }
            this.model = model;
            this.purpose = purpose;
            this.chunking = chunking;
            this.texts = texts;
            this.timeout = timeout;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            model = in.readString();
            purpose = in.readEnum(Purpose.class);
            chunking = new Chunking(in.readVInt());
            texts = in.readStringList();
            timeout = in.readOptionalTimeValue();
        }

        /**
         * Parses the body of a REST request.
         *
         * @throws IllegalArgumentException naming the field by its path, the value and what would be right
         */
        public static Request parse(XContentParser parser, TimeValue timeout) throws IOException {
            return Builder.PARSER.parse(parser, BODY).build(timeout);
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
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(model);
                out.writeEnum(purpose);
                out.writeVInt(chunking.maxChunks());
                out.writeStringCollection(texts);
                out.writeOptionalTimeValue(timeout);
            }
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
        private static final Format FORMAT = Format.first(Response.class);

        private final String model;
        private final int dimension;
        private final float[][] vectors;

        Response(String model, int dimension, float[][] vectors) {
            this.model = model;
            this.dimension = dimension;
            this.vectors = vectors;
        }

        Response(StreamInput from) throws IOException {
            Frame in = FORMAT.read(from);
            model = in.readString();
            dimension = in.readVInt();
            vectors = in.readArray(StreamInput::readFloatArray, float[][]::new);
        }

        /** Unit vectors in the order of the texts. They may be shared with the node's cache and must not be changed. */
        public float[][] vectors() {
            return vectors;
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(model);
                out.writeVInt(dimension);
                out.writeArray(StreamOutput::writeFloatArray, vectors);
            }
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
