package org.opensearch.affinity.train;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.affinity.evaluate.EvaluateRequest;
import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a model is to be trained of. */
public final class TrainRequest extends ActionRequest {
    private static final String ACTIVATE = "activate";
    private static final String RECORDED = "ubi_queries";
    private static final String WEIGHTS_OF = "weights_of";
    private static final String SIGNALS = "signals";

    private final String tracker;
    private final EvaluateRequest judged;
    private final String recorded;
    private final Integer weightsOf;
    private final List<String> signals;
    private final boolean activates;
    private final boolean storesResult;

    private TrainRequest(
        String tracker,
        EvaluateRequest judged,
        String recorded,
        Integer weightsOf,
        List<String> signals,
        boolean activates,
        boolean storesResult
    ) {
        this.tracker = tracker;
        this.judged = judged;
        this.recorded = recorded;
        this.weightsOf = weightsOf;
        this.signals = signals;
        this.activates = activates;
        this.storesResult = storesResult;
    }

    TrainRequest(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        judged = in.readOptionalWriteable(EvaluateRequest::new);
        recorded = in.readOptionalString();
        weightsOf = in.readOptionalInt();
        signals = in.readOptionalStringList();
        activates = in.readBoolean();
        storesResult = in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(tracker);
        out.writeOptionalWriteable(judged);
        out.writeOptionalString(recorded);
        out.writeOptionalInt(weightsOf);
        out.writeOptionalStringCollection(signals);
        out.writeBoolean(activates);
        out.writeBoolean(storesResult);
    }

    /**
     * @param parser       null where there is no body
     * @param storesResult whether the answer is to be kept with the task, for whoever does not wait for it
     * @throws IllegalArgumentException naming the member that is wrong, its value and what would be right
     */
    public static TrainRequest parse(String tracker, XContentParser parser, boolean storesResult) throws IOException {
        Map<String, Object> body = parser == null ? new HashMap<>() : new HashMap<>(parser.map());
        try {
            new ParsedObject("", body).requireOnly("queries", "index", RECORDED, "search", SIGNALS, WEIGHTS_OF, ACTIVATE);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[affinity] " + e.getMessage(), e);
        }
        Object activate = body.remove(ACTIVATE);
        if (activate != null && activate instanceof Boolean == false) {
            throw new IllegalArgumentException("[affinity] [activate] must be [true] or [false], got [" + activate + "]");
        }
        Object weightsOf = body.remove(WEIGHTS_OF);
        if (weightsOf != null && (weightsOf instanceof Integer == false || (int) weightsOf < 1)) {
            throw new IllegalArgumentException("[affinity] [weights_of] must be the number of a model, got [" + weightsOf + "]");
        }
        if (weightsOf != null && body.isEmpty() == false) {
            throw new IllegalArgumentException("[affinity] [weights_of] takes the weights of another model: leave out " + body.keySet() + ", from which weights are learned");
        }
        List<String> signals = signals(body.remove(SIGNALS));
        String recorded = recorded(body);
        EvaluateRequest judged = body.isEmpty() ? null : EvaluateRequest.of(tracker, body, false);
        return new TrainRequest(tracker, judged, recorded, (Integer) weightsOf, signals, Boolean.TRUE.equals(activate), storesResult);
    }

    private static List<String> signals(Object said) {
        if (said == null) {
            return null;
        }
        if (said instanceof List<?> names && names.isEmpty() == false && names.stream().allMatch(String.class::isInstance)) {
            return names.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("[affinity] [" + SIGNALS + "] must be a list of signals' names, got [" + said + "]");
    }

    /** Takes the name of UBI's index of queries out of a body, and says instead what stands for it in an evaluation. */
    private static String recorded(Map<String, Object> body) {
        Object said = body.remove(RECORDED);
        if (said == null) {
            return null;
        }
        if (said instanceof String == false || ((String) said).isBlank()) {
            throw new IllegalArgumentException("[affinity] [" + RECORDED + "] must be the name of an index of UBI queries, got [" + said + "]");
        }
        if (body.containsKey("queries") || body.containsKey("index")) {
            throw new IllegalArgumentException("[affinity] [" + RECORDED + "] is instead of [queries] and [index], not beside them");
        }
        body.put("index", said);
        return (String) said;
    }

    String tracker() {
        return tracker;
    }

    /** The judged queries to learn weights from; null for none. */
    EvaluateRequest judged() {
        return judged;
    }

    /** The index of UBI's queries that are to be joined with the log; null where judged queries are given. */
    String recorded() {
        return recorded;
    }

    /** The number of the model whose weights are taken over; null where that is not asked for. */
    Integer weightsOf() {
        return weightsOf;
    }

    /**
     * By which of these hits are to be ranked.
     *
     * @param known all that there are, relevance among them, which always counts
     * @throws IllegalArgumentException if others were asked for
     */
    List<String> signals(List<String> known) {
        if (signals == null) {
            return known;
        }
        for (String signal : signals) {
            if (known.contains(signal) == false) {
                throw new IllegalArgumentException("[affinity] [" + SIGNALS + "] has no [" + signal + "], only " + known);
            }
        }
        return known.stream().filter(name -> name.equals(TrainingExamples.RELEVANCE) || signals.contains(name)).toList();
    }

    /** Whether the model is to be used as soon as it is there. */
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
