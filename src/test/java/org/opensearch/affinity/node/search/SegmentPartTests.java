package org.opensearch.affinity.node.search;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.affinity.profile.label.DescribeProfileAction;
import org.opensearch.affinity.profile.label.GetGroupsAction;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.search.SearchHit;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/** The part {@code segments} of models: as a signal, in explanations, as a source of home pages, and in words. */
public class SegmentPartTests extends PartTestCase {
    private static final String SETTINGS = """
        "activate": true, "parts": ["segments"], "settings": {"segments": {"levels": 2, "dimension": 8, "temperature": 0.05, "prior": 5, "least": 20}}
        """;

    public void testSegmentsRankAndFind() throws Exception {
        kinds(randomIntBetween(1, 2));
        Map<String, Object> model = train("{" + SETTINGS + "}");
        Map<?, ?> part = (Map<?, ?>) ((Map<?, ?>) model.get("parts")).get("segments");
        assertEquals(2, part.get("levels"));
        assertEquals(5.0, part.get("prior"));
        assertRanks("segments", 2, 1.1);
        List<String> ids = found("segments");
        assertTrue(ids.toString(), ids.stream().allMatch(id -> id.startsWith("k0_")));
        String signals = ANN + ", \"why\": true, \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"segments\": 2}";
        for (SearchHit hit : rescored("shop", 200, signals, ", \"explain\": true").response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            assertTrue(hit.getExplanation().toString().contains("popularity in the segments of users with such a history"));
        }
    }

    /** The setting of the tree that a training tunes is one of those that may be given. */
    public void testTuned() throws Exception {
        kinds(1);
        Map<String, Object> model = train("{\"activate\": true, \"parts\": [\"segments\"], \"settings\": {\"segments\": {\"least\": 20}}}");
        Map<?, ?> part = (Map<?, ?>) ((Map<?, ?>) model.get("parts")).get("segments");
        assertTrue(part.toString(), List.of(1.0, 10.0, 100.0, 1_000.0).contains(part.get("prior")));
        Map<String, Object> again = train("{\"activate\": true, \"weights_of\": 1}");
        assertEquals(model.get("parts"), again.get("parts"));
    }

    /** Three kinds of users: each is a segment of its own, with the items of the kind. */
    @SuppressWarnings("unchecked")
    public void testSegmentsAreShown() throws Exception {
        kinds(1);
        train("{" + SETTINGS + "}");
        Map<String, Object> described = json(client().execute(GetGroupsAction.INSTANCE, new GetGroupsAction.Request("t", null, "segments", null)).get());
        assertEquals(1, described.get("model"));
        List<Map<String, Object>> segments = (List<Map<String, Object>>) described.get("segments");
        Set<String> kinds = new HashSet<>();
        for (Map<String, Object> segment : segments) {
            assertTrue(segment.toString(), (int) segment.get("users") >= 20);
            List<Map<String, Object>> examples = (List<Map<String, Object>>) segment.get("examples");
            assertEquals(5, examples.size());
            if ((int) segment.get("users") < 30) {
                examples.forEach(example -> kinds.add(((String) example.get("item")).substring(0, 2)));
                assertEquals(1.0 / 3, (double) segment.get("size"), 0.02);
            }
        }
        assertEquals(Set.of("k0", "k1", "k2"), kinds);
        Map<String, Object> first = json(client().execute(GetGroupsAction.INSTANCE, new GetGroupsAction.Request("t", 1, "segments", 1)).get());
        assertTrue(first.toString(), ((List<Map<String, Object>>) first.get("segments")).stream().allMatch(segment -> segment.get("level").equals(1)));

        Map<String, Object> profile = json(client().execute(DescribeProfileAction.INSTANCE, new DescribeProfileAction.Request("t", "ann")).get());
        List<Map<String, Object>> ofAnn = (List<Map<String, Object>>) profile.get("segments");
        assertTrue(profile.toString(), (double) ofAnn.getFirst().get("probability") > 0.8);
        assertFalse(profile.containsKey("concepts"));

        train("{\"activate\": true}");
        Exception e = expectThrows(
            ExecutionException.class,
            () -> client().execute(GetGroupsAction.INSTANCE, new GetGroupsAction.Request("t", null, "segments", null)).get()
        );
        assertTrue(e.toString(), e.getMessage().contains("model [2] of tracker [t] was trained without the part [segments]"));
    }

    /** Somebody unknown whose segment the request names, or whose query tells it. */
    public void testWithoutAHistory() throws Exception {
        kinds(1);
        train("{" + SETTINGS + "}");
        OpenModel model = getInstanceFromNode(LocalModels.class).open(IndexNames.MODELS.index("t", 1));
        for (int kind = 0; kind < 3; kind++) {
            String prefix = "k" + kind + "_";
            List<String> best = model.scoresOfSegment(0, content(kind)).best(5).map(BytesRef::utf8ToString).toList();
            assertTrue(best.toString(), best.size() == 5 && best.stream().allMatch(id -> id.startsWith(prefix)));
        }
        assertEquals("of another dimension", 0, model.scoresOfSegment(0, new float[] { 1, 0 }).best(5).count());
        String nobody = ANN.replace("ann", "nobody") + ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"segments\": 2}";
        assertEquals("nothing is known", 2, mean(rescored("shop", 200, nobody, "").scores(), "k0_"), 1e-6);
        Set<String> raised = new HashSet<>();
        int segments = model.groups().segments();
        for (int number = 1; number <= segments; number++) {
            Map<String, Float> scores = rescored("shop", 200, nobody + ", \"why\": true, \"segment\": " + number, "").scores();
            for (String kind : List.of("k0_", "k1_", "k2_")) {
                double others = List.of("k0_", "k1_", "k2_").stream().filter(other -> other.equals(kind) == false).mapToDouble(other -> mean(scores, other)).max().orElseThrow();
                if (mean(scores, kind) > 1.5 * others) {
                    raised.add(kind);
                }
            }
        }
        assertEquals(Set.of("k0_", "k1_", "k2_"), raised);
        assertWarned(nobody + ", \"segment\": 99", "[affinity] [segment] [99] changes nothing: the active model has [" + segments + "] segments");
        assertWarned(nobody.replace("\"popularity\": 0", "\"popularity\": 1").replace("\"segments\": 2", "\"segments\": 0") + ", \"segment\": 1", "[segment] [1] changes nothing: the signal [segments] has weight 0");
        String ann = ANN + ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"segments\": 2}";
        assertEquals("the history counts", rescored("shop", 200, ann, "").scores(), rescored("shop", 200, ann + ", \"segment\": 99", "").scores());
        List<String> found = search("shop", """
            {"size": 5, "query": {"affinity": {"tracker": "t", "user": "nobody", "k": 5, "num_candidates": 5, "weight": 0, "segment": 1,
             "signals": {"popularity": 0, "neighbours": 0, "segments": 3}}}}""").ids();
        assertEquals(found.toString(), 5, found.size());
        assertRefused("[segment] must be a whole number from 1 to 10000", () -> rescored("shop", 5, nobody + ", \"segment\": 0", ""));
    }

    private void assertWarned(String parameters, String warning) throws Exception {
        List<String> warnings = rescored("shop", 200, parameters, "").warnings();
        assertTrue(warnings.toString(), warnings.stream().anyMatch(one -> one.contains(warning)));
    }

    private static Map<String, Object> json(ToXContent response) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, Strings.toString(MediaTypeRegistry.JSON, response), true);
    }
}
