package org.opensearch.affinity.node.search;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.manage.GetTrackersAction;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where parameters may be set, their precedence, and errors. */
public class RankParametersTests extends RankTestCase {
    private static final String SIGNALS = ", \"signals\": {\"sales\": {\"field\": \"sold\", \"pivot\": 10}, \"stock\": {\"field\": \"left\", \"pivot\": 3}}";
    /** For each parameter three values that give three rankings. */
    private static final Map<String, List<String>> VALUES = new LinkedHashMap<>();

    static {
        VALUES.put("weight", List.of("1", "3", "7"));
        VALUES.put("window_size", List.of("4", "9", "17"));
        VALUES.put("score_mode", List.of("\"multiply\"", "\"sum\"", "\"replace\""));
        VALUES.put("max_interests", List.of("1", "2", "3"));
        VALUES.put("min_affinity", List.of("0.1", "0.5", "0.9"));
        VALUES.put("diversity", List.of("0.2", "0.5", "0.9"));
        VALUES.put("signals", List.of("{\"sales\": 2}", "{\"sales\": 3}", "{\"sales\": 4}"));
    }

    private void shop() throws Exception {
        createItems("shop", 1, ", \"sold\": {\"type\": \"integer\"}, \"left\": {\"type\": \"integer\"}");
        float[][] tastes = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } };
        for (int i = 0; i < 30; i++) {
            float[] vector = i < 3 ? tastes[i] : randomVector();
            Map<String, Object> item = item(1 + i / 3.0, vector);
            item.put("sold", i);
            item.put("left", 30 - i);
            index("shop", "item" + i, item);
        }
        refresh("shop");
        track("plain", "shop", SIGNALS);
        track("said", "shop", SIGNALS);
        for (int i = 0; i < 6; i++) {
            event("ann", "click", "item" + (i < 3 ? 0 : i < 5 ? 1 : 2));
        }
        awaitProfiles("plain");
        awaitProfiles("said");
    }

    private List<Map.Entry<String, Float>> ranked(String pipeline, String parameters) throws IOException {
        return new ArrayList<>(piped("shop", pipeline, "\"user\": \"ann\"" + parameters, "").scores().entrySet());
    }

    public void testPrecedenceOfRequestPipelineAndTracker() throws Exception {
        shop();
        pipeline("plain", "{\"tracker\": \"plain\"}");
        pipeline("tracker", "{\"tracker\": \"said\"}");
        for (Map.Entry<String, List<String>> parameter : VALUES.entrySet()) {
            String name = parameter.getKey();
            List<String> said = parameter.getValue().stream().map(value -> "\"" + name + "\": " + value).toList();
            List<Map.Entry<String, Float>> first = ranked("plain", ", " + said.get(0));
            List<Map.Entry<String, Float>> second = ranked("plain", ", " + said.get(1));
            List<Map.Entry<String, Float>> third = ranked("plain", ", " + said.get(2));
            assertNotEquals(name, first, second);
            assertNotEquals(name, second, third);
            assertNotEquals(name, first, third);

            track("said", "shop", SIGNALS + ", \"ranking\": {" + said.get(2) + "}");
            pipeline("both", "{\"tracker\": \"said\", " + said.get(1) + "}");
            assertEquals("the tracker's " + name, third, ranked("tracker", ""));
            assertEquals("the pipeline's " + name, second, ranked("both", ""));
            assertEquals("the request's " + name, first, ranked("both", ", " + said.get(0)));
        }
    }

    public void testEachParameterIsDecidedOnItsOwn() throws Exception {
        shop();
        pipeline("plain", "{\"tracker\": \"plain\"}");
        track("said", "shop", SIGNALS + ", \"ranking\": {\"weight\": 5, \"signals\": {\"stock\": 2}}");
        pipeline("both", "{\"tracker\": \"said\", \"score_mode\": \"sum\", \"min_affinity\": 0.2}");
        String all = ", \"weight\": 5, \"score_mode\": \"sum\", \"min_affinity\": 0.2, \"max_interests\": 2, \"signals\": {\"sales\": 3, \"stock\": 2}";
        assertEquals(ranked("plain", all), ranked("both", ", \"max_interests\": 2, \"signals\": {\"sales\": 3}"));
    }

    public void testARescorerUsesTheTrackersRanking() throws Exception {
        shop();
        track("said", "shop", SIGNALS + ", \"ranking\": {\"window_size\": 5, \"weight\": 7}");
        String user = "\"tracker\": \"said\", \"user\": \"ann\"";
        Map<String, Float> tracker = search("shop", "{\"size\": 1000, " + BY_BASE + ", \"rescore\": {\"affinity\": {" + user + "}}}").scores();
        assertEquals(rescored("shop", 5, "\"tracker\": \"plain\", \"user\": \"ann\", \"weight\": 7", "").scores(), tracker);
        Map<String, Float> said = rescored("shop", 9, user + ", \"weight\": 1", "").scores();
        assertEquals(rescored("shop", 9, "\"tracker\": \"plain\", \"user\": \"ann\", \"weight\": 1", "").scores(), said);
        assertNotEquals(tracker, said);
    }

    public void testRequestOverridesTrackerWhyAndExcludeSeen() throws Exception {
        shop();
        track("said", "shop", SIGNALS + ", \"ranking\": {\"weight\": 7}");
        pipeline("why", "{\"tracker\": \"said\", \"why\": true, \"exclude_seen\": true}");
        Answer pipelines = piped("shop", "why", "\"user\": \"ann\"", "");
        assertEquals("without the three seen items", 27, pipelines.ids().size());
        assertNotNull(pipelines.response().getHits().getAt(0).field(ReasonsFetchSubPhase.FIELD));
        Answer requests = piped("shop", "why", "\"user\": \"ann\", \"tracker\": \"plain\", \"why\": false, \"exclude_seen\": false", "");
        assertEquals(30, requests.ids().size());
        assertNull(requests.response().getHits().getAt(0).field(ReasonsFetchSubPhase.FIELD));
        assertEquals(rescored("shop", 1_000, "\"tracker\": \"plain\", \"user\": \"ann\"", "").scores(), requests.scores());
    }

    public void testTrackerIsShownAsItWasDefined() throws Exception {
        shop();
        String ranking = """
            {"weight": 2.5, "window_size": 70, "score_mode": "sum", "max_interests": 3, "min_affinity": 0.25, "diversity": 0.5,
             "signals": {"stock": 0.0}}""";
        String signals = """
            {"fresh": {"field": "at", "half_life": "12h", "weight": 0.5}, "popularity": {"weight": 1.5}, "sales": {"field": "sold", "pivot": 10.0, "weight": 1.0},
             "stock": {"field": "left", "pivot": 2.5, "weight": 20.0}}""";
        trackPopular("said", "shop", ", \"signals\": " + signals + ", \"ranking\": " + ranking);
        Map<String, Object> shown = shown("said");
        assertEquals(map(ranking), shown.get("ranking"));
        assertEquals(map(signals), shown.get("signals"));
        assertNull(shown("plain").get("ranking"));
    }

    private Map<String, Object> shown(String tracker) {
        GetTrackersAction.Response all = client().execute(GetTrackersAction.INSTANCE, new GetTrackersAction.Request(null)).actionGet();
        Object shown = map(Strings.toString(MediaTypeRegistry.JSON, all)).get(tracker);
        @SuppressWarnings("unchecked")
        Map<String, Object> definition = (Map<String, Object>) shown;
        return definition;
    }

    private static Map<String, Object> map(String json) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    /** Errors of a request, a pipeline and a tracker, by the wrong parameter. */
    private static final Map<String, String> WRONG = new LinkedHashMap<>();

    static {
        WRONG.put("\"weight\": 20.5", "[weight] must be a number from 0 to 20, got [20.5]");
        WRONG.put("\"weight\": -1", "[weight] must be a number from 0 to 20, got [-1]");
        WRONG.put("\"weight\": \"much\"", "[weight] must be a number from 0 to 20, got [much]");
        WRONG.put("\"window_size\": 0", "[window_size] must be a whole number from 1 to 10000, got [0]");
        WRONG.put("\"window_size\": 10001", "[window_size] must be a whole number from 1 to 10000, got [10001]");
        WRONG.put("\"window_size\": \"wide\"", "[window_size] must be a whole number from 1 to 10000, got [wide]");
        WRONG.put("\"window_size\": 2.5", "[window_size] must be a whole number from 1 to 10000, got [2.5]");
        WRONG.put("\"score_mode\": \"avg\"", "[score_mode] must be one of [multiply, sum, replace], got [avg]");
        WRONG.put("\"max_interests\": 33", "[max_interests] must be a whole number from 1 to 32, got [33]");
        WRONG.put("\"max_interests\": \"all\"", "[max_interests] must be a whole number from 1 to 32, got [all]");
        WRONG.put("\"min_affinity\": 1.1", "[min_affinity] must be a number from 0 to 1, got [1.1]");
        WRONG.put("\"min_affinity\": \"high\"", "[min_affinity] must be a number from 0 to 1, got [high]");
        WRONG.put("\"diversity\": 2", "[diversity] must be a number from 0 to 1, got [2]");
        WRONG.put("\"diversity\": \"some\"", "[diversity] must be a number from 0 to 1, got [some]");
        WRONG.put("\"signals\": {\"sales\": 21}", "[signals.sales] must be a number from 0 to 20, got [21]");
        WRONG.put("\"signals\": {\"sales\": null}", "[signals.sales] must be a number from 0 to 20, got [null]");
        WRONG.put("\"wieght\": 1", "unknown field [wieght] did you mean [weight]?");
    }

    public void testWrongValuesAreRefusedEverywhere() throws Exception {
        shop();
        pipeline("plain", "{\"tracker\": \"plain\"}");
        for (Map.Entry<String, String> wrong : WRONG.entrySet()) {
            assertRefused(wrong.getValue().replaceFirst("^\\[", "[ranking."), () -> track("said", "shop", SIGNALS + ", \"ranking\": {" + wrong.getKey() + "}"));
            assertRefused(wrong.getValue(), () -> pipeline("wrong", "{\"tracker\": \"plain\", " + wrong.getKey() + "}"));
            assertRefused(wrong.getValue(), () -> ranked("plain", ", " + wrong.getKey()));
            if (wrong.getKey().contains("window_size") == false) {
                assertRefused(wrong.getValue(), () -> rescored("shop", 10, "\"tracker\": \"plain\", \"user\": \"ann\", " + wrong.getKey(), ""));
            }
        }
        assertRefused("[window_size] must be a whole number from 1 to 10000, got [10001]", () -> rescored("shop", 10_001, "\"tracker\": \"plain\", \"user\": \"ann\"", ""));
    }

    public void testUnknownSignal() throws Exception {
        shop();
        String message = "[signals] has no [salse] in tracker [plain]; defined: [popularity, sales, stock, neighbours, seen, seen_last, popularity_all_time, meaning, graph, factors, ratings, attention, vae, concepts, segments]";
        assertRefused(message, () -> rescored("shop", 10, "\"tracker\": \"plain\", \"user\": \"ann\", \"signals\": {\"salse\": 1}", ""));
        pipeline("plain", "{\"tracker\": \"plain\"}");
        assertRefused(message, () -> ranked("plain", ", \"signals\": {\"salse\": 1}"));
        // A pipeline may be defined before its tracker, so its signals are checked when it is used.
        pipeline("typo", "{\"tracker\": \"plain\", \"signals\": {\"salse\": 1}}");
        assertRefused(message, () -> ranked("typo", ""));
        assertRefused(message.replace("plain", "said"), () -> track("said", "shop", SIGNALS + ", \"ranking\": {\"signals\": {\"salse\": 1}}"));
    }

    public void testTheUserIsSetInTheRequest() throws Exception {
        shop();
        assertRefused("[affinity] [user] must be set in the request, in [ext.affinity], not in a search pipeline", () -> pipeline("wrong", "{\"tracker\": \"plain\", \"user\": \"ann\"}"));
        assertRefused("[affinity] [recent] must be set in the request, in [ext.affinity], not in a search pipeline", () -> pipeline("wrong", "{\"recent\": [\"item1\"]}"));
        pipeline("nothing", "{}");
        assertRefused("[affinity] [tracker] is required", () -> ranked("nothing", ""));
        pipeline("plain", "{\"tracker\": \"plain\"}");
        assertRefused("[affinity] unknown tracker [palin]; defined: [plain, said]", () -> ranked("plain", ", \"tracker\": \"palin\""));
        Answer untouched = search(new SearchRequest("shop").pipeline("nothing"), "{\"size\": 1000, " + BY_BASE + "}");
        assertEquals("a search without [ext.affinity] is not changed", 30, untouched.ids().size());
    }
}
