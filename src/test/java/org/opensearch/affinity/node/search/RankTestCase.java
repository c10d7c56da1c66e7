package org.opensearch.affinity.node.search;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.search.PutSearchPipelineRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.ModelsResponse;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainRequest;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node in this JVM, with items and a log. Items have vectors of {@value #DIMENSION} dimensions and a number {@code base}, which is their
 * relevance, so that relevance depends on the item alone. Profiles come from events that a tracker follows.
 */
abstract class RankTestCase extends AffinityNodeTestCase {
    static final int DIMENSION = 4;
    /** A query whose score is the item's {@code base}. */
    static final String BY_BASE = """
        "query": {"function_score": {"query": {"match_all": {}}, "field_value_factor": {"field": "base"}, "boost_mode": "replace"}}""";
    private static final int ATTEMPTS = 50;

    private final Set<String> trackers = new HashSet<>();
    private int events;

    /** The response of a search, and its warning headers. */
    record Answer(SearchResponse response, List<String> warnings) {
        List<String> ids() {
            return Arrays.stream(response.getHits().getHits()).map(SearchHit::getId).toList();
        }

        /** Scores by item, best first. */
        Map<String, Float> scores() {
            Map<String, Float> scores = new LinkedHashMap<>();
            for (SearchHit hit : response.getHits()) {
                assertNull("duplicate hit " + hit.getId(), scores.put(hit.getId(), hit.getScore()));
            }
            return scores;
        }
    }

    @Override
    protected NamedXContentRegistry xContentRegistry() {
        return getInstanceFromNode(NamedXContentRegistry.class);
    }

    /** Off: each {@link Answer} has the warnings of its search. */
    @Override
    protected boolean enableWarningsCheck() {
        return false;
    }

    @Override
    public void tearDown() throws Exception {
        for (String tracker : trackers) {
            client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request(tracker)).actionGet();
        }
        super.tearDown();
    }

    /**
     * Creates an index of items.
     *
     * @param fields further fields of the mapping, each with a comma before it, or nothing
     */
    void createItems(String index, int shards, String fields) {
        Settings settings = Settings.builder().put("number_of_shards", shards).put("number_of_replicas", 0).build();
        String mapping = """
            {"properties": {"title": {"type": "text"}, "base": {"type": "double"}, "kind": {"type": "keyword"},
             "vector": {"type": "affinity_vector", "dimension": %s}%s}}""".formatted(DIMENSION, fields);
        assertTrue(client().admin().indices().prepareCreate(index).setSettings(settings).setMapping(mapping).get().isShardsAcknowledged());
    }

    void index(String index, String id, Map<String, ?> item) {
        client().prepareIndex(index).setId(id).setSource(item).get();
    }

    /** @param vector none for an item without a vector */
    static Map<String, Object> item(double base, float... vector) {
        Map<String, Object> item = new HashMap<>(Map.of("title", "an item", "base", base, "kind", base < 5 ? "low" : "high"));
        if (vector.length > 0) {
            item.put("vector", vector);
        }
        return item;
    }

    static float[] randomVector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    void refresh(String index) {
        client().admin().indices().prepareRefresh(index).get();
    }

    /**
     * Defines a tracker in which popularity has weight 0, so that scores are easy to compute.
     *
     * @param items index of the items
     * @param more  further members of the definition, each with a comma before it, or nothing
     */
    void track(String tracker, String items, String more) throws IOException {
        String noPopularity = "\"signals\": {\"popularity\": {\"weight\": 0}";
        // The signals of the definition, not the weights of a ranking.
        String defined = more.replaceFirst("\"signals\": \\{(?=\"\\w+\": \\{)", noPopularity + ", ");
        trackPopular(tracker, items, defined.equals(more) ? more + ", " + noPopularity + "}" : defined);
    }

    /** Defines a tracker with the default weight of popularity; parameters as for {@link #track}. */
    void trackPopular(String tracker, String items, String more) throws IOException {
        String definition = """
            {"items": {"index": "%s", "vector_field": "vector"}, "events": {"index": "ubi_events"},
             "actions": {"click": 1, "purchase": 3, "dislike": -2}%s}""".formatted(items, more);
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            PutTrackerAction.Request put = new PutTrackerAction.Request(Tracker.parse(tracker, parser));
            assertTrue(client().execute(PutTrackerAction.INSTANCE, put).actionGet().isAcknowledged());
        }
        trackers.add(tracker);
    }

    /** Writes an event into the log, with a time one second after that of the event before. */
    void event(String user, String action, String item) {
        event(user, action, Map.of("object", Map.of("object_id", item)));
    }

    /** The same for a click that is a rating. */
    void rate(String user, String item, Object rating) {
        event(user, "click", Map.of("object", Map.of("object_id", item), "rating", rating));
    }

    private void event(String user, String action, Map<String, Object> attributes) {
        long time = nextTime();
        events++;
        Map<String, Object> event = Map.of("user_id", user, "action_name", action, "timestamp", time, "event_attributes", attributes);
        client().prepareIndex("ubi_events").setSource(event).get();
    }

    /** The time of the next event, epoch milliseconds. */
    long nextTime() {
        return 1_700_000_000_000L + 1_000L * events;
    }

    /** Waits until the tracker has taken in all events that {@link #event} wrote. */
    void awaitProfiles(String tracker) throws Exception {
        assertBusy(() -> {
            TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(tracker)).actionGet();
            String json = Strings.toString(MediaTypeRegistry.JSON, stats);
            assertTrue(json, json.contains("\"applied\":" + events + ",") && json.contains("\"lag_events\":0"));
        });
    }

    /** Defines a search pipeline with the processor {@code affinity}. */
    void pipeline(String name, String affinity) {
        BytesArray definition = new BytesArray("{\"request_processors\": [{\"affinity\": " + affinity + "}]}");
        PutSearchPipelineRequest put = new PutSearchPipelineRequest(name, definition, MediaTypeRegistry.JSON);
        assertTrue(client().admin().cluster().putSearchPipeline(put).actionGet().isAcknowledged());
    }

    /** A search by {@code base} with the rescorer; the parameters are JSON members. */
    Answer rescored(String index, int window, String parameters, String more) throws IOException {
        String rescore = "\"rescore\": {\"window_size\": " + window + ", \"affinity\": {" + parameters + "}}";
        return search(index, "{\"size\": 1000, " + BY_BASE + ", " + rescore + more + "}");
    }

    /** A search through a pipeline; the parameters of {@code ext.affinity} are JSON members. */
    Answer piped(String index, String pipeline, String parameters, String more) throws IOException {
        String ext = "\"ext\": {\"affinity\": {" + parameters + "}}";
        return search(new SearchRequest(index).pipeline(pipeline), "{\"size\": 1000, " + BY_BASE + ", " + ext + more + "}");
    }

    Answer search(String index, String body) throws IOException {
        return search(new SearchRequest(index), body);
    }

    /** A search that is repeated until its profile is read in time, which can take several attempts on a busy machine. */
    Answer search(SearchRequest request, String body) throws IOException {
        Answer answer = searchOnce(request.source(source(body)));
        for (int i = 0; i < ATTEMPTS && answer.warnings.toString().contains("the profile is not available"); i++) {
            answer = searchOnce(request.source(source(body)));
        }
        assertEquals(0, answer.response.getFailedShards());
        assertFalse(answer.warnings.toString(), answer.warnings.toString().contains("the profile is not available"));
        return answer;
    }

    Answer searchOnce(SearchRequest request) {
        ThreadContext context = client().threadPool().getThreadContext();
        PlainActionFuture<Answer> found = new PlainActionFuture<>();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client().search(request, ActionListener.map(found, response -> {
                List<String> warnings = context.getResponseHeaders().getOrDefault("Warning", List.of());
                return new Answer(response, warnings);
            }));
        }
        return found.actionGet();
    }

    SearchSourceBuilder source(String body) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            return SearchSourceBuilder.fromXContent(parser);
        }
    }

    /** Asserts that a call fails with status 400 and an error that contains the message. */
    static void assertRefused(String message, ThrowingRunnable call) {
        Exception e = expectThrows(Exception.class, call);
        assertEquals(e.toString(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        String actual = ExceptionsHelper.detailedMessage(e);
        assertTrue("expected [" + message + "] in: " + actual, actual.contains(message));
    }

    /** Trains a model of the tracker t and returns its description. */
    final Map<String, Object> train(String body) throws Exception {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            ModelsResponse response = client().execute(TrainAction.INSTANCE, TrainRequest.parse("t", parser, false)).actionGet();
            return models(response).get(0);
        }
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> models(ModelsResponse response) {
        String json = Strings.toString(MediaTypeRegistry.JSON, response);
        return (List<Map<String, Object>>) XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false).get("models");
    }

    /** Activates, deactivates or deletes a model of the tracker t. */
    final void use(int number, UseModelAction.Operation what) {
        assertTrue(client().execute(UseModelAction.INSTANCE, new UseModelAction.Request("t", number, what)).actionGet().isAcknowledged());
    }
}
