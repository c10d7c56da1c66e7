package org.opensearch.affinity.evaluate;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A request to evaluate rankings: the judged queries, the application's search, and how results are measured. */
public final class EvaluateRequest extends ActionRequest {
    private static final Format FORMAT = Format.first(EvaluateRequest.class);

    /** The most queries in a request; more of them are put into an index. */
    static final int MAX_QUERIES = 10_000;
    private static final int MAX_CUTS = 5;
    private static final int MAX_CUT = 100;
    private static final int MAX_DEPTH = 1_000;
    private static final int DEFAULT_DEPTH = 100;
    private static final FieldPath BODY = FieldPath.body("[affinity] ");

    private final String tracker;
    private final List<JudgedQuery> queries;
    private final String index;
    private final Map<String, Object> search;
    private final Map<String, Object> ranking;
    private final int[] cuts;
    private final int depth;
    private final boolean skipsLeaks;
    private final boolean storesResult;

    /** A request as it was sent. */
    public static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);
        private static final String LEAKS = "[refuse] or [skip]";

        static {
            declareJudged(PARSER, builder -> builder);
            PARSER.declare("ranking", Values.object("an object such as {\"weight\": 4}"), (b, value) -> b.ranking = value);
            PARSER.declare("k", Values.oneOrList(Values.wholeNumber(1, MAX_CUT), 1, MAX_CUTS, cuts()), (b, value) -> b.cuts = value);
            PARSER.declare("depth", Values.wholeNumber(1, MAX_DEPTH), (b, value) -> b.depth = value);
            PARSER.declare("leaks", Values.text(LEAKS), (b, value) -> b.leaks = value);
        }

        private List<JudgedQuery> queries;
        private String index;
        private Map<String, Object> search;
        private Map<String, Object> ranking = Map.of();
        private List<Integer> cuts = List.of(10);
        private Integer depth;
        private String leaks = "refuse";

        private static String cuts() {
            return "at most " + MAX_CUTS + " different whole numbers from 1 to " + MAX_CUT + ", such as [10]";
        }

        /**
         * Declares the judged queries and their search: the fields that other requests have as well.
         *
         * @param part the builder of these fields within the parser's builder
         */
        public static <B> void declareJudged(BuilderParser<B> parser, Function<B, Builder> part) {
            String many = "a list of 1 to " + MAX_QUERIES + " judged queries; put more into an index and name it in [index]";
            parser.declare("queries", Values.list(JudgedQuery.READER, 1, MAX_QUERIES, many), (b, value) -> part.apply(b).queries = value);
            parser.declare("index", Values.text("the name of an index with judged queries"), (b, value) -> part.apply(b).index = value);
            String search = "an object such as {\"query\": {\"match\": {\"title\": \"{{user_query}}\"}}}";
            parser.declare("search", Values.object(search), (b, value) -> part.apply(b).search = value);
        }

        /** Whether there are judged queries, in the request or in an index. */
        public boolean hasQueries() {
            return queries != null || index != null;
        }

        /** Whether no field of {@link #declareJudged} is set. */
        public boolean isEmpty() {
            return hasQueries() == false && search == null;
        }

        /** Takes the queries from an index. */
        public void index(String name) {
            index = name;
        }

        /**
         * @param storesResult whether the response is kept with the task, for clients that do not wait for it
         * @throws IllegalArgumentException naming the fields that do not fit together, and what would be right
         */
        public EvaluateRequest build(String tracker, boolean storesResult) {
            if ((queries == null) == (index == null)) {
                throw BODY.failure("[queries] or [index] is required, and not both: the judged queries, or the index that holds them");
            }
            if (cuts.stream().distinct().count() < cuts.size()) {
                throw BODY.field("k").mustBe(cuts(), cuts);
            }
            int deepest = cuts.stream().max(Integer::compare).orElseThrow();
            if (depth != null && depth < deepest) {
                throw BODY.field("depth").mustBe("a whole number from " + deepest + " to " + MAX_DEPTH, depth);
            }
            if (leaks.equals("refuse") == false && leaks.equals("skip") == false) {
                throw BODY.field("leaks").mustBe(LEAKS, leaks);
            }
            return new EvaluateRequest(this, depth != null ? depth : Math.max(DEFAULT_DEPTH, deepest), tracker, storesResult);
        }
    }

    private EvaluateRequest(Builder builder, int depth, String tracker, boolean storesResult) {
        this.tracker = tracker;
        this.depth = depth;
        this.storesResult = storesResult;
        queries = builder.queries == null ? List.of() : builder.queries;
        index = builder.index;
        search = builder.search;
        ranking = builder.ranking;
        cuts = builder.cuts.stream().mapToInt(Integer::intValue).toArray();
        skipsLeaks = builder.leaks.equals("skip");
    }

    public EvaluateRequest(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
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
    public void writeTo(StreamOutput to) throws IOException {
        super.writeTo(to);
        try (StreamOutput out = FORMAT.begin(to)) {
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
    }

    /**
     * Reads a request.
     *
     * @param storesResult whether the response is kept with the task, for clients that do not wait for it
     * @throws IllegalArgumentException naming the field by its path, the value and what would be right
     */
    public static EvaluateRequest parse(String tracker, XContentParser parser, boolean storesResult) throws IOException {
        return Builder.PARSER.parse(parser, BODY).build(tracker, storesResult);
    }

    String tracker() {
        return tracker;
    }

    /** The judged queries; empty if an index holds them. */
    List<JudgedQuery> queries() {
        return queries;
    }

    /** The index of judged queries; null if the request holds them. */
    String index() {
        return index;
    }

    /** The body of the application's search, a template; null for a search of the text fields. */
    Map<String, Object> search() {
        return search;
    }

    /** Parameters of {@code rescore.affinity} beside tracker and user, a template; may be empty. */
    Map<String, Object> ranking() {
        return ranking;
    }

    /** Numbers of hits from the top that measures are computed for. */
    int[] cuts() {
        return cuts;
    }

    /** The number of hits of each search, at least the largest cut. */
    int depth() {
        return depth;
    }

    /** Whether queries are skipped whose user's profile has events after the query; else they fail the evaluation. */
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

    /** Without names of users: all operators can see tasks. */
    @Override
    public String getDescription() {
        return "tracker [" + tracker + "], " + (index == null ? "[" + queries.size() + "] queries" : "queries of [" + index + "]");
    }

    @Override
    public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new EvaluateTask(id, type, action, getDescription(), parent, headers);
    }
}
