package org.opensearch.affinity.rank;

import org.opensearch.affinity.profile.CommonTaste;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

public class ScoringTests extends OpenSearchTestCase {
    private static final RequestContext CONTEXT = new RequestContext(5_000, List.of("hour=20"));
    private static final QueryInput QUERY = new QueryInput("tent", new float[] { 1, 0 }, "match");
    private static final List<Profile.Interaction> EVENTS = List.of(
        new Profile.Interaction("a", 1_000, new float[] { 1, 0 }, 1, Float.NaN, ""),
        new Profile.Interaction("b", 2_000, new float[] { 0, 1 }, 1, Float.NaN, "view"),
        new Profile.Interaction("a", 3_000, new float[] { 1, 0 }, 1, Float.NaN, "click")
    );

    private Tracker tracker() throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "v", "text_fields": ["title"]}, "events": {"index": "log"},
             "actions": {"click": 1}, "signals": {"sales": {"field": "sold", "pivot": 10, "weight": 2}}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            return Tracker.parse("shop", parser);
        }
    }

    private GetProfileAction.Response found(List<Profile.Interaction> events, boolean tableAndModel) throws IOException {
        Tracker tracker = tracker();
        Profile profile = events.isEmpty() ? null : Profile.of("ann", events, tracker);
        CommonTaste common = new CommonTaste(WhitenedSpace.around(new float[2]), 0.25f);
        return tableAndModel
            ? new GetProfileAction.Response(tracker, profile, common, "table", new ActiveModels.Active(3, 0.5f, Ranking.EMPTY, Ranking.EMPTY))
            : new GetProfileAction.Response(tracker, profile, common, null, null);
    }

    private static Ranking ranking(Map<String, Float> signals) {
        return Ranking.ofWeights(null, null, signals).orElse(Ranking.DEFAULT);
    }

    private static Map<String, Float> weights(Scoring scoring) {
        Map<String, Float> weights = new TreeMap<>();
        scoring.signals().forEach(signal -> weights.put(signal.name(), signal.weight()));
        return weights;
    }

    public void testReadsWhatItWrites() throws Exception {
        for (boolean tableAndModel : new boolean[] { true, false }) {
            Scoring scoring = Scoring.of(found(EVENTS, tableAndModel), ranking(Map.of("seen", -1f)), CONTEXT, QUERY, "ann");
            assertEquals(scoring, copyWriteable(scoring, writableRegistry(), Scoring::new));
            Scoring labelled = scoring.labelled(List.of("tents", ""));
            assertEquals(labelled, copyWriteable(labelled, writableRegistry(), Scoring::new));
            assertNotEquals(scoring, labelled);
        }
        assertEquals(Scoring.NONE, copyWriteable(Scoring.NONE, writableRegistry(), Scoring::new));
    }

    public void testWeightsOfSignals() throws Exception {
        GetProfileAction.Response found = found(EVENTS, true);
        assertEquals(Map.of("popularity", 1.5f, "sales", 2f), weights(Scoring.of(found, Ranking.DEFAULT, CONTEXT, QUERY, "ann")));
        Ranking ranking = ranking(Map.of("sales", 0f, "meaning", 3f, "match_title", 1f));
        Map<String, Float> expected = Map.of("popularity", 1.5f, "meaning", 3f, "match_title", 1f);
        assertEquals(expected, weights(Scoring.of(found, ranking, CONTEXT, QUERY, "ann")));
        List<String> defined = List.of("popularity", "sales");
        List<String> ofAll = List.of("neighbours", "seen", "seen_last", "popularity_all_time", "meaning", "graph", "factors", "ratings", "attention", "vae", "concepts", "segments", "match_title");
        List<String> names = SignalWeights.defaults(found.tracker()).stream().map(Signal::name).toList();
        assertEquals(defined, names.subList(0, 2));
        assertEquals(ofAll, names.subList(2, names.size()));
    }

    /** Whoever may not be shown what is in a profile is not shown its history either. */
    public void testHistoryIsShownWithExamplesOnly() throws Exception {
        Scoring scoring = Scoring.of(found(EVENTS, true), Ranking.DEFAULT, CONTEXT, QUERY, "ann");
        assertTrue(scoring.showsHistory());
        assertFalse(scoring.withoutExamples().showsHistory());
    }

    public void testHistoryIsSentOnlyIfSomethingDependsOnIt() throws Exception {
        GetProfileAction.Response found = found(EVENTS, true);
        assertEquals("newest first, each once", List.of("a", "b"), Scoring.of(found, Ranking.DEFAULT, CONTEXT, QUERY, "ann").history());
        assertEquals(List.of("click", "view"), Scoring.of(found, Ranking.DEFAULT, CONTEXT, QUERY, "ann").actions());
        CommonTaste alike = new CommonTaste(WhitenedSpace.around(new float[2]), 1f);
        GetProfileAction.Response ownAsOthers = new GetProfileAction.Response(found.tracker(), found.profile(), alike, "table", null);
        assertEquals(List.of(), Scoring.of(ownAsOthers, Ranking.DEFAULT, CONTEXT, QUERY, "ann").history());
        assertEquals(List.of("a", "b"), Scoring.of(ownAsOthers, ranking(Map.of("seen", 1f)), CONTEXT, QUERY, "ann").history());
    }

    /** Of the ratings of an item the newest counts, also if a later event has none. */
    public void testRatingsAreSentOnlyIfTheirSignalCounts() throws Exception {
        float[] vector = { 1, 0 };
        List<Profile.Interaction> rated = List.of(
            new Profile.Interaction("a", 1_000, vector, 1, 2, ""),
            new Profile.Interaction("b", 2_000, vector, 1, 3, ""),
            new Profile.Interaction("a", 3_000, vector, 1, 5, ""),
            new Profile.Interaction("a", 4_000, vector, 1, Float.NaN, ""),
            new Profile.Interaction("c", 5_000, vector, 1, Float.NaN, "")
        );
        GetProfileAction.Response found = found(rated, true);
        assertEquals(Map.of(), Scoring.of(found, ranking(Map.of("seen", 1f)), CONTEXT, QUERY, "ann").ratings());
        Scoring scoring = Scoring.of(found, ranking(Map.of("ratings", 1f)), CONTEXT, QUERY, "ann");
        assertEquals(Map.of("a", 5f, "b", 3f), scoring.ratings());
        assertEquals(List.of("c", "a", "b"), scoring.history());
        assertEquals(scoring, copyWriteable(scoring, writableRegistry(), Scoring::new));
        assertEquals(scoring.ratings(), scoring.withoutExamples().ratings());
        List<Signal> signals = SignalWeights.defaults(found.tracker());
        ModelInput model = new ModelInput("model", 0.5f);
        assertEquals(scoring.ratings(), Scoring.forSignalLogging(found, model, signals, Ranking.DEFAULT, CONTEXT, QUERY).ratings());
    }

    public void testHistoryNeedsNoItemTable() throws Exception {
        Scoring scoring = Scoring.of(found(EVENTS, false), ranking(Map.of("seen", 1f, "neighbours", 1f)), CONTEXT, QUERY, "ann");
        assertEquals(List.of("a", "b"), scoring.history());
        assertEquals("the id field is needed without a table", "_id", scoring.itemTable().idField());
    }

    public void testUnknownUser() throws Exception {
        Scoring scoring = Scoring.of(found(List.of(), true), ranking(Map.of("seen", 1f)), CONTEXT, QUERY, null);
        assertTrue(scoring.interests().isEmpty());
        assertEquals("v", scoring.interests().field());
        assertEquals(0f, scoring.confidence(), 0f);
        assertEquals(List.of(), scoring.history());
        assertFalse("signals count", scoring.isEmpty());
        assertTrue(Scoring.of(found(List.of(), true), ranking(Map.of("popularity", 0f, "sales", 0f)), CONTEXT, QUERY, null).isEmpty());
        assertTrue(Scoring.NONE.isEmpty());
    }

    public void testSignalLoggingKeepsAllSignals() throws Exception {
        GetProfileAction.Response found = found(EVENTS, false);
        ModelInput model = new ModelInput("model", 0.5f);
        List<Signal> signals = SignalWeights.defaults(found.tracker());
        Scoring scoring = Scoring.forSignalLogging(found, model, signals, Ranking.DEFAULT, CONTEXT, QUERY);
        assertTrue(scoring.logsSignals());
        assertFalse(scoring.isEmpty());
        assertEquals(signals, scoring.signals());
        assertEquals(List.of("a", "b"), scoring.history());
        assertEquals("the id field is needed without a table", "_id", scoring.itemTable().idField());
    }

    /** The weights of a full history sum to 1: with ½ they are 1/2, 1/4, … */
    public void testWeightsOfAHistory() {
        assertArrayEquals(new float[] { 0.5f, 0.25f, 0.125f }, new ModelInput("model", 0.5f).historyWeights(3), 1e-6f);
        float[] equal = new float[50];
        Arrays.fill(equal, 1 / 50f);
        assertArrayEquals(equal, new ModelInput("model", 1).historyWeights(50), 1e-6f);
    }
}
