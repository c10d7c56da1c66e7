package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.SampleShop;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.Split;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

/** Retrieval by vector in a real node, with real texts: the sample shop in one shard, and again in four with a graph. */
public class RetrievalIT {
    private static final String BIKE_LIGHTS = "Outdoor > Cycling > Bike Lights";
    private static final String FOR_BRUNO = "{\"affinity\":{\"tracker\":\"shop\",\"user\":\"bruno\"}}";

    private static final String HITS = "/hits/hits";

    private static Node node;
    private static Rest rest;

    @BeforeClass
    public static void fillShop() throws IOException {
        Path folder = BuiltPlugin.folder(RetrievalIT.class);
        int port = Ports.free(1).getFirst();
        node = Node.start(BuiltPlugin.home(), NodeSettings.single(folder.resolve("node"), port, "512m", NodeSettings.QUICK), waited -> {});
        rest = node.rest();
        Shop shop = new Shop(rest, SampleShop.write(folder.resolve("set"), Instant.now()));
        Screen silent = new Screen(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, false, 100);
        try (Step step = silent.step("fill")) {
            shop.open();
            shop.stock(step);
            shop.track(Split.TEST, "30d");
            shop.awaitTracker(shop.replay(Split.TEST, step), step);
            step.done("filled");
        }
        rest.put("/graph-products", """
            {"settings":{"number_of_shards":4,"number_of_replicas":0,"index.default_pipeline":"shop"},
             "mappings":{"properties":{"item_vector":{"type":"affinity_vector","dimension":384,"graph":true},
               "title":{"type":"text"},"categories":{"type":"text","fields":{"path":{"type":"keyword"}}}}}}""");
        rest.post("/_reindex?refresh=true", "{\"source\":{\"index\":\"products\"},\"dest\":{\"index\":\"graph-products\"}}");
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void findsByMeaningWhatNoWordFinds() {
        String text = "illuminate the road on my bicycle after dark";
        List<Hit> hits = Hit.all(search("products", "{\"affinity_text\":{\"text\":\"" + text + "\",\"tracker\":\"shop\",\"k\":10,\"timeout\":\"30s\"}}", 10));
        assertEquals(10, hits.size());
        assertThat(hits.stream().limit(3).filter(hit -> hit.category().equals(BIKE_LIGHTS)).count(), greaterThan(1L));
        hits.forEach(hit -> assertTrue(hit.toString(), hit.score() > 0 && hit.score() <= 1));
    }

    @Test
    public void meaningAddsToWords() {
        String words = "{\"multi_match\":{\"query\":\"light\",\"fields\":[\"title\",\"categories\"]}}";
        String meaning = "{\"affinity_text\":{\"text\":\"light\",\"field\":\"item_vector\",\"k\":20,\"boost\":10,\"timeout\":\"30s\"}}";
        JsonNode both = search("products", "{\"bool\":{\"should\":[" + words + "," + meaning + "]}}", 500);
        for (JsonNode hit : both.path("hits").path("hits")) {
            String id = hit.path("_id").asText();
            assertEquals(id, scoreOf(words, id) + scoreOf(meaning, id), hit.path("_score").asDouble(), 1e-4);
        }
    }

    private static double scoreOf(String query, String id) {
        JsonNode hits = search("products", query, 500).path("hits").path("hits");
        for (JsonNode hit : hits) {
            if (hit.path("_id").asText().equals(id)) {
                return hit.path("_score").asDouble();
            }
        }
        return 0;
    }

    @Test
    public void everyInterestHasItsPlacesAndWhatWasSeenIsLeftOut() {
        JsonNode profile = rest.get("/_plugins/_affinity/trackers/shop/users/bruno");
        assertThat(profile.toString(), profile.path("interests").size(), greaterThan(1));
        Set<Integer> met = new HashSet<>();
        for (JsonNode hit : search("products", FOR_BRUNO, 100).path("hits").path("hits")) {
            hit.findValues("description").forEach(reason -> {
                if (reason.asText().startsWith("liked interest #")) {
                    met.add(Integer.parseInt(reason.asText().replaceAll("liked interest #(\\d+).*", "$1")));
                }
            });
        }
        assertThat(met.toString(), met.size(), greaterThan(1));
        Set<String> seen = new HashSet<>();
        profile.path("history").forEach(event -> seen.add(event.path("item").asText()));
        assertFalse(profile.toString(), seen.isEmpty());
        List<String> all = ids(search("products", FOR_BRUNO, 100));
        List<String> fresh = ids(search("products", "{\"affinity\":{\"tracker\":\"shop\",\"user\":\"bruno\",\"exclude_seen\":true}}", 100));
        assertTrue("he is shown what he knows, if nobody says otherwise", all.stream().anyMatch(seen::contains));
        assertTrue(fresh.toString(), fresh.stream().noneMatch(seen::contains));
    }

    @Test
    public void filterInsideComesBeforeAndFilterBesideAfter() {
        String lights = "{\"term\":{\"categories.path\":\"" + BIKE_LIGHTS + "\"}}";
        String like = "\"tracker\":\"shop\",\"item\":\"" + ids(search("products", lights, 1)).getFirst() + "\",\"k\":5";
        List<Hit> inside = Hit.all(search("products", "{\"affinity_similar\":{" + like + ",\"filter\":" + lights + "}}", 50));
        assertEquals(5, inside.size());
        inside.forEach(hit -> assertEquals(BIKE_LIGHTS, hit.category()));
        String others = "{\"bool\":{\"must_not\":" + lights + "}}";
        assertEquals(5, ids(search("products", "{\"affinity_similar\":{" + like + ",\"filter\":" + others + "}}", 50)).size());
        List<String> beside = ids(search("products", "{\"bool\":{\"must\":{\"affinity_similar\":{" + like + "}},\"filter\":" + others + "}}", 50));
        assertTrue("of the five nearest, those that are something else: " + beside, beside.size() < 5);
    }

    @Test
    public void shardsAndGraphGiveTheSameScores() {
        String all = "{\"affinity\":{\"tracker\":\"shop\",\"user\":\"bruno\",\"k\":10000}}";
        assertEquals(scores("products", all), scores("graph-products", all));
        List<String> both = ids(search("*products", all, 1_000));
        assertEquals(scores("products", all).size() * 2, both.size());
    }

    private static Set<String> scores(String index, String query) {
        Set<String> scores = new HashSet<>();
        search(index, query, 1_000).path("hits").path("hits").forEach(hit -> scores.add(hit.path("_id").asText() + "=" + hit.path("_score").asText()));
        return scores;
    }

    @Test
    public void severalSearchesInOneCallAndPages() {
        String body = "{\"size\":5,\"query\":" + FOR_BRUNO + "}\n";
        String lines = "{}\n" + body + "{}\n" + body.replace("bruno", "never-seen") + "{\"index\":\"graph-products\"}\n" + body;
        JsonNode answers = asked(
            () -> rest.lines("/products/_msearch", lines),
            answer -> answer.path("responses").path(0).at(HITS).size() > 0 && answer.path("responses").path(2).at(HITS).size() > 0
        );
        assertEquals(answers.toString(), 5, ids(answers.path("responses").path(0)).size());
        assertEquals("popular items", 5, ids(answers.path("responses").path(1)).size());
        assertEquals(5, ids(answers.path("responses").path(2)).size());
        List<String> paged = new ArrayList<>();
        for (int from = 0; from < 40; from += 10) {
            String page = "{\"from\":" + from + ",\"size\":10,\"query\":" + FOR_BRUNO + "}";
            paged.addAll(ids(asked(() -> rest.post("/graph-products/_search", page), answer -> answer.at(HITS).size() > 0)));
        }
        assertEquals(ids(search("graph-products", FOR_BRUNO, 40)), paged);
    }

    @Test
    public void wrongRequestsSayWhatIsWrong() {
        assertRefused("{\"affinity_text\":{\"text\":\"a\",\"field\":\"item_vector\",\"model\":\"no\"}}", "unknown model [no]; available: [all-minilm-l6-v2]");
        assertRefused("{\"affinity_text\":{\"text\":\"a\",\"field\":\"title\",\"timeout\":\"30s\"}}", "field [title] is of type [text]; needed is [affinity_vector]");
        assertRefused("{\"affinity_text\":{\"text\":\"a\",\"field\":\"vectro\",\"timeout\":\"30s\"}}", "field [vectro] does not exist");
        assertRefused("{\"affinity\":{\"tracker\":\"shop\",\"user\":\"bruno\",\"k\":0}}", "[affinity] [k] must be a whole number from 1 to 10000, got [0]");
    }

    private static void assertRefused(String query, String message) {
        RestFailure refused = assertThrows(RestFailure.class, () -> search("products", query, 1));
        assertEquals(refused.getMessage(), 400, refused.status());
        assertThat(refused.getMessage(), containsString(message));
    }

    /** Searches with explanations, each of which must give the score of its hit. */
    private static JsonNode search(String index, String query, int size) {
        String body = "{\"size\":" + size + ",\"explain\":true,\"query\":" + query + "}";
        JsonNode answer = asked(() -> rest.post("/" + index + "/_search", body), found -> found.at(HITS).size() > 0 || query.contains("bruno") == false);
        assertEquals(answer.toString(), 0, answer.path("_shards").path("failed").asInt());
        answer.path("hits").path("hits").forEach(hit -> {
            assertEquals(hit.toString(), (float) hit.path("_explanation").path("value").asDouble(), (float) hit.path("_score").asDouble(), 0f);
        });
        return answer;
    }

    /** The answer, asked for again while it is not there: a busy machine may not read a profile within 50 ms. */
    private static JsonNode asked(Supplier<JsonNode> search, Predicate<JsonNode> there) {
        JsonNode answer = search.get();
        for (int again = 0; again < 50 && there.test(answer) == false; again++) {
            answer = search.get();
        }
        return answer;
    }

    private static List<String> ids(JsonNode answer) {
        return Hit.all(answer).stream().map(Hit::id).toList();
    }
}
