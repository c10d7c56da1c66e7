package org.opensearch.affinity.train;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.evaluate.EvaluateRequest;
import org.opensearch.affinity.train.part.PartSettings;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A request to train a model, and to learn the weights of signals from judged queries. */
public final class TrainRequest extends ActionRequest {
    /** Format 2 has parts; before, models had neighbours alone. Format 3 has their settings; before, a training
     * chose all. Format 4 may continue networks. */
    private static final Format FORMAT = Format.first(TrainRequest.class).withField(2).withField(3).withField(4);
    private static final FieldPath BODY = FieldPath.body("[affinity] ");

    private final String tracker;
    private final EvaluateRequest judged;
    private final String recorded;
    private final Integer weightsOf;
    private final List<String> signals;
    private final List<String> parts;
    private final Map<String, Map<String, Double>> settings;
    private final boolean continues;
    private final boolean activates;
    private final boolean storesResult;

    /** A request as it was sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            EvaluateRequest.Builder.declareJudged(PARSER, builder -> builder.judged);
            PARSER.declare("ubi_queries", Values.text("the name of an index of UBI queries"), (b, value) -> b.recorded = value);
            ValueReader<List<String>> names = Values.list(Values.text("the name of a signal"), 1, "a list of names of signals");
            PARSER.declare("signals", names, (b, value) -> b.signals = value);
            ValueReader<List<String>> parts = Values.oneOrList(Values.text("the name of a part"), 1, "[auto] or a list of names of parts");
            PARSER.declare("parts", parts, (b, value) -> b.parts = value);
            PARSER.declare("settings", PartSettings.READER, (b, value) -> b.settings = value);
            ValueReader<Integer> model = Values.wholeNumber("the number of a model", 1, Integer.MAX_VALUE);
            PARSER.declare("weights_of", model, (b, value) -> b.weightsOf = value);
            PARSER.declare("continue", Values.BOOLEAN, (b, value) -> b.continues = value);
            PARSER.declare("activate", Values.BOOLEAN, (b, value) -> b.activates = value);
        }

        private final EvaluateRequest.Builder judged = new EvaluateRequest.Builder();
        private String recorded;
        private Integer weightsOf;
        private List<String> signals;
        private List<String> parts;
        private Map<String, Map<String, Double>> settings = Map.of();
        private boolean continues;
        private boolean activates;

        private TrainRequest build(String tracker, boolean storesResult) {
            boolean alone = recorded == null && signals == null && parts == null && settings.isEmpty() && judged.isEmpty();
            if (weightsOf != null && alone == false) {
                throw BODY.field("weights_of")
                    .error(
                        "takes the weights and the parts of another model: leave out [queries], [index], [ubi_queries], [search],"
                            + " [signals], [parts] and [settings]"
                    );
            }
            if (continues && weightsOf == null) {
                throw BODY.field("continue").error("continues the networks of the model [weights_of], which is missing");
            }
            try {
                RequestedParts.of(parts, new PartSettings(settings));
            } catch (IllegalArgumentException e) {
                throw BODY.field("parts").error(e.getMessage());
            }
            if (recorded != null) {
                if (judged.hasQueries()) {
                    throw BODY.field("ubi_queries").error("is instead of [queries] and [index], not beside them");
                }
                judged.index(recorded);
            }
            EvaluateRequest queries = judged.isEmpty() ? null : judged.build(tracker, false);
            return new TrainRequest(tracker, queries, recorded, weightsOf, signals, parts, settings, continues, activates, storesResult);
        }
    }

    private TrainRequest(
        String tracker,
        EvaluateRequest judged,
        String recorded,
        Integer weightsOf,
        List<String> signals,
        List<String> parts,
        Map<String, Map<String, Double>> settings,
        boolean continues,
        boolean activates,
        boolean storesResult
    ) {
        this.tracker = tracker;
        this.judged = judged;
        this.recorded = recorded;
        this.weightsOf = weightsOf;
        this.signals = signals;
        this.parts = parts;
        this.settings = settings;
        this.continues = continues;
        this.activates = activates;
        this.storesResult = storesResult;
    }

    TrainRequest(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
        judged = in.readOptionalWriteable(EvaluateRequest::new);
        recorded = in.readOptionalString();
        weightsOf = in.readOptionalInt();
        signals = in.readOptionalStringList();
        activates = in.readBoolean();
        storesResult = in.readBoolean();
        parts = in.format() < 2 ? null : in.readOptionalStringList();
        settings = in.format() < 3
            ? Map.of()
            : in.readMap(StreamInput::readString, part -> part.readMap(StreamInput::readString, StreamInput::readDouble));
        continues = in.format() >= 4 && in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        super.writeTo(to);
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
            out.writeOptionalWriteable(judged);
            out.writeOptionalString(recorded);
            out.writeOptionalInt(weightsOf);
            out.writeOptionalStringCollection(signals);
            out.writeBoolean(activates);
            out.writeBoolean(storesResult);
            out.writeOptionalStringCollection(parts);
            out.writeMap(
                settings,
                StreamOutput::writeString,
                (part, values) -> part.writeMap(values, StreamOutput::writeString, StreamOutput::writeDouble)
            );
            out.writeBoolean(continues);
        }
    }

    /**
     * Reads a request.
     *
     * @param parser       null without a body
     * @param storesResult whether the response is kept with the task, for clients that do not wait for it
     * @throws IllegalArgumentException naming the field by its path, the value and what would be right
     */
    public static TrainRequest parse(String tracker, XContentParser parser, boolean storesResult) throws IOException {
        Builder builder = parser == null ? new Builder() : Builder.PARSER.parse(parser, BODY);
        return builder.build(tracker, storesResult);
    }

    String tracker() {
        return tracker;
    }

    /** The judged queries to learn weights from, or the index that holds them; null for none. */
    EvaluateRequest judged() {
        return judged;
    }

    /** The index of UBI's queries, which are joined with the log; null if judged queries are given. */
    String recorded() {
        return recorded;
    }

    /** The number of the model whose weights are reused; null for none. */
    Integer weightsOf() {
        return weightsOf;
    }

    /** Whether the networks of the model {@link #weightsOf} are continued. */
    boolean continues() {
        return continues;
    }

    /**
     * The signals that get weights.
     *
     * @param known names of all signals and of relevance, which is always kept
     * @throws IllegalArgumentException if the request names others
     */
    List<String> signals(List<String> known) {
        if (signals == null) {
            return known;
        }
        for (String signal : signals) {
            if (known.contains(signal) == false) {
                throw BODY.field("signals").error("unknown signal [" + signal + "]; known: " + known);
            }
        }
        return known.stream().filter(name -> name.equals(TrainingExamples.RELEVANCE) || signals.contains(name)).toList();
    }

    /** The parts that the model gets. */
    RequestedParts parts() {
        return RequestedParts.of(parts, new PartSettings(settings));
    }

    /** Whether the model becomes the active one once it is trained. */
    boolean activates() {
        return activates;
    }

    @Override
    public boolean getShouldStoreResult() {
        return storesResult;
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public String getDescription() {
        return "tracker [" + tracker + "]";
    }

    @Override
    public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new TrainTask(id, type, action, getDescription(), parent, headers);
    }
}
