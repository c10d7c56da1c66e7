package org.opensearch.affinity.evaluate;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Which queries are to be asked, how, and how the answers are judged. */
public final class EvaluateRequest extends ActionRequest {
    /** More queries than that make a body that is hard to hold; an index holds more. */
    static final int MAX_QUERIES = 10_000;
    private static final int MAX_CUTS = 5;
    private static final int MAX_CUT = 100;
    private static final int MAX_DEPTH = 1_000;
    private static final int DEFAULT_DEPTH = 100;
    private static final String CUTS = "at most " + MAX_CUTS + " different whole numbers from 1 to " + MAX_CUT + ", such as [10]";

    private final String tracker;
    private final List<JudgedQuery> queries;
    private final String index;
    private final Map<String, Object> search;
    private final Map<String, Object> ranking;
    private final int[] cuts;
    private final int depth;
    private final boolean skipsLeaks;
    private final boolean storesResult;

    private EvaluateRequest(String tracker, ParsedObject body, boolean storesResult) {
        body.requireOnly("queries", "index", "search", "ranking", "k", "depth", "leaks");
        this.tracker = tracker;
        this.storesResult = storesResult;
        if (body.has("queries") == body.has("index")) {
            throw new IllegalArgumentException("[queries] or [index] is required, and not both: the judged queries, or the index that holds them");
        }
        index = body.text("index", null, "the name of an index with judged queries");
        queries = index == null ? queries(body) : List.of();
        search = body.has("search") ? ParsedObject.of("search", body.get("search"), "{\"query\": {\"match\": {\"title\": \"{{user_query}}\"}}}").said() : null;
        ranking = body.has("ranking") ? ParsedObject.of("ranking", body.get("ranking"), "{\"weight\": 4}").said() : Map.of();
        cuts = body.has("k") ? cuts(body) : new int[] { 10 };
        int deepest = IntStream.of(cuts).max().orElseThrow();
        depth = body.wholeNumber("depth", Math.max(DEFAULT_DEPTH, deepest), deepest, MAX_DEPTH);
        skipsLeaks = switch (body.text("leaks", "refuse", "[refuse] or [skip]")) {
            case "refuse" -> false;
            case "skip" -> true;
            default -> throw body.wrong("leaks", body.get("leaks"), "[refuse] or [skip]");
        };
    }

    public EvaluateRequest(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        queries = in.readList(JudgedQuery::new);
        index = in.readOptionalString();
        search = in.readBoolean() ? in.readMap() : null;
        ranking = in.readMap();
        cuts = in.readVIntArray();
        depth = in.readVInt();
        skipsLeaks = in.readBoolean();
        storesResult = in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(tracker);
        out.writeList(queries);
        out.writeOptionalString(index);
        out.writeBoolean(search != null);
        if (search != null) {
            out.writeMap(search);
        }
        out.writeMap(ranking);
        out.writeVIntArray(cuts);
        out.writeVInt(depth);
        out.writeBoolean(skipsLeaks);
        out.writeBoolean(storesResult);
    }

    /**
     * @param storesResult whether the answer is to be kept with the task, for whoever does not wait for it
     * @throws IllegalArgumentException naming the member that is wrong, its value and what would be right
     */
    public static EvaluateRequest parse(String tracker, XContentParser parser, boolean storesResult) throws IOException {
        return of(tracker, parser.map(), storesResult);
    }

    /** The same of a body that was read. */
    public static EvaluateRequest of(String tracker, Map<String, Object> body, boolean storesResult) {
        try {
            return new EvaluateRequest(tracker, new ParsedObject("", body), storesResult);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[affinity] " + e.getMessage(), e);
        }
    }

    private static List<JudgedQuery> queries(ParsedObject body) {
        if (body.get("queries") instanceof List<?> list && list.isEmpty() == false && list.size() <= MAX_QUERIES) {
            List<JudgedQuery> queries = new ArrayList<>(list.size());
            for (Object query : list) {
                String path = "queries[" + queries.size() + "]";
                ParsedObject said = ParsedObject.of(path, query, "{\"user_id\": \"ann\", \"user_query\": \"lamp\", \"timestamp\": \"2026-02-01T10:00:00Z\", \"relevant\": [\"p1\"]}");
                queries.add(JudgedQuery.of(said.requireOnly("query_id", "user_id", "user_query", "timestamp", "relevant"), path));
            }
            return queries;
        }
        String many = body.get("queries") instanceof List<?> list ? list.size() + " queries" : String.valueOf(body.get("queries"));
        throw body.wrong("queries", many, "a list of 1 to " + MAX_QUERIES + " judged queries; put more into an index and name it in [index]");
    }

    private static int[] cuts(ParsedObject body) {
        List<?> said = body.get("k") instanceof List<?> list ? list : List.of(body.get("k") == null ? "null" : body.get("k"));
        boolean right = said.stream().allMatch(k -> k instanceof Integer cut && cut >= 1 && cut <= MAX_CUT);
        if (right == false || said.isEmpty() || said.size() > MAX_CUTS || said.stream().distinct().count() < said.size()) {
            throw body.wrong("k", body.get("k"), CUTS);
        }
        return said.stream().mapToInt(k -> (Integer) k).toArray();
    }

    String tracker() {
        return tracker;
    }

    /** Empty where an index holds them. */
    List<JudgedQuery> queries() {
        return queries;
    }

    /** Null where the request holds the queries. */
    String index() {
        return index;
    }

    /** The body of the application's search; null for a plain one. */
    Map<String, Object> search() {
        return search;
    }

    /** What goes into {@code rescore.affinity} beside tracker and user. */
    Map<String, Object> ranking() {
        return ranking;
    }

    int[] cuts() {
        return cuts;
    }

    int depth() {
        return depth;
    }

    boolean skipsLeaks() {
        return skipsLeaks;
    }

    @Override
    public boolean getShouldStoreResult() {
        return storesResult;
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    /** Names no user: tasks are for all operators to see. */
    @Override
    public String getDescription() {
        return "tracker [" + tracker + "], " + (index == null ? "[" + queries.size() + "] queries" : "queries of [" + index + "]");
    }

    @Override
    public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new EvaluateTask(id, type, action, getDescription(), parent, headers);
    }
}
