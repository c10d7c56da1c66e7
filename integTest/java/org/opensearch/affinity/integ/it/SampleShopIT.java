package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Person;
import org.opensearch.affinity.integ.data.Reason;
import org.opensearch.affinity.integ.data.SampleShop;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;
import org.opensearch.affinity.integ.demo.ComparisonTable;
import org.opensearch.affinity.integ.demo.SearchComparison;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

/** The sample shop in a real node, from texts and events to what somebody sees. */
public class SampleShopIT {
    private static final String BIKE_LIGHTS = "Outdoor > Cycling > Bike Lights";
    private static final String HOME_LIGHTS = "Home > Lighting";

    private static Node node;
    private static Rest rest;
    private static ShopQuery query;
    private static long events;
    private static TrackerProgress stats;

    @BeforeClass
    public static void fillShop() throws IOException {
        Path folder = BuiltPlugin.folder(SampleShopIT.class);
        int port = Ports.free(1).getFirst();
        node = Node.start(BuiltPlugin.home(), NodeSettings.single(folder.resolve("node"), port, "512m", NodeSettings.QUICK), waited -> {});
        rest = node.rest();
        Shop shop = new Shop(rest, SampleShop.write(folder.resolve("set"), Instant.now()));
        Screen silent = new Screen(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, false, 100);
        try (Step step = silent.step("fill")) {
            shop.open();
            shop.stock(step);
            shop.track(Split.TEST, "30d");
            events = shop.replay(Split.TEST, step);
            stats = shop.awaitTracker(events, step);
            step.done("filled");
        }
        query = new ShopQuery(shop.textFields(), "most_fields", Shop.TRACKER, 1_000, null);
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void everyEventIsAppliedOnce() {
        assertEquals(stats.toString(), events, stats.applied());
        long known = 0;
        for (Person person : people()) {
            known += UserProfile.of(rest, Shop.TRACKER, person.user()).orElseThrow().events();
        }
        assertEquals(events, known);
    }

    @Test
    public void sameQueryDifferentTastes() {
        List<UserProfile> users = List.of(known("bruno"), known("fida"));
        SearchComparison comparison = SearchComparison.of(rest, query, "light", users, 5);
        assertThat(among(comparison.users().get(0).hits().subList(0, 3), BIKE_LIGHTS), greaterThan(1L));
        assertThat(among(comparison.users().get(1).hits().subList(0, 3), HOME_LIGHTS), greaterThan(1L));
        assertNotEquals(ids(comparison.users().get(0).hits()), ids(comparison.users().get(1).hits()));
    }

    @Test
    public void shownReasonIsThePartWithTheLargestMatch() {
        Map<String, List<String>> searches = Map.of("light", List.of("bruno", "fida"), "mat", List.of("clara", "zoe"));
        searches.forEach((text, users) -> {
            for (SearchComparison.Personalised shown : SearchComparison.of(rest, query, text, users.stream().map(SampleShopIT::known).toList(), 5).users()) {
                JsonNode answer = rest.post("/products/_search", query.personalWithReasons(text, shown.user().user(), 5));
                assertEquals(5, shown.hits().size());
                for (int i = 0; i < 5; i++) {
                    Hit hit = shown.hits().get(i);
                    JsonNode raw = answer.at("/hits/hits/" + i);
                    assertEquals(raw.path("_id").asText(), hit.id());
                    JsonNode largest = largest(raw.at("/fields/_affinity/0/interests"));
                    Reason reason = hit.liked().orElseThrow(() -> new AssertionError(raw.toString()));
                    assertEquals(raw.toString(), largest.path("number").asInt(), reason.number());
                    assertEquals(raw.toString(), largest.path("label").asText(), reason.label());
                    assertNotEquals("the demo waits for words: " + raw, "", reason.label());
                }
            }
        });
    }

    /** The interest that adds most to the affinity of a hit. */
    private static JsonNode largest(JsonNode interests) {
        JsonNode largest = interests.path(0);
        for (JsonNode interest : interests) {
            largest = interest.path("match").asDouble() > largest.path("match").asDouble() ? interest : largest;
        }
        return largest;
    }

    @Test
    public void unknownUsersSeeWhatIsPopular() {
        Map<String, Double> words = scores(rest.post("/products/_search", query.bm25("bag", 500)));
        Map<String, Double> unknown = scores(rest.post("/products/_search", query.personal("bag", "never-seen", 500)));
        assertNotEquals(words, unknown);
        assertEquals(unknown, scores(rest.post("/products/_search", query.personal("bag", "nor-this-one", 500))));
        assertNotEquals(unknown, scores(rest.post("/products/_search", query.personal("bag", "bruno", 500))));
        ObjectNode plain = query.personal("bag", "never-seen", 500);
        ((ObjectNode) plain.at("/rescore/affinity")).putObject("signals").put("popularity", 0);
        assertEquals(words, scores(rest.post("/products/_search", plain)));
    }

    @Test
    public void searchPipelineGivesTheScoresOfTheRescorer() {
        rest.put("/_search/pipeline/personal", "{\"request_processors\":[{\"affinity\":{\"tracker\":\"shop\"}}]}");
        var body = query.bm25("mat", 500);
        body.putObject("ext").putObject("affinity").put("user", "clara");
        assertEquals(
            scores(rest.post("/products/_search", query.personal("mat", "clara", 500))),
            scores(rest.post("/products/_search?search_pipeline=personal", body))
        );
    }

    @Test
    public void tableFitsAndShowsEverybody() {
        Screen plain = new Screen(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, false, 100);
        SearchComparison comparison = SearchComparison.of(rest, query, "mat", List.of(known("clara"), known("zoe")), 4);
        String table = new ComparisonTable(plain, comparison, 4).toString();
        assertThat(table, startsWith("╭"));
        assertThat(table, containsString("not personalised"));
        assertThat(table, containsString("clara · "));
        assertThat(table, containsString("zoe · "));
        table.lines().forEach(line -> assertTrue(line, line.length() <= 100));
    }

    private static UserProfile known(String user) {
        return UserProfile.of(rest, Shop.TRACKER, user).orElseThrow();
    }

    private static List<Person> people() {
        try {
            return SampleShop.people();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long among(List<Hit> hits, String category) {
        return hits.stream().filter(hit -> hit.category().equals(category)).count();
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }

    private static Map<String, Double> scores(JsonNode answer) {
        Map<String, Double> scores = new TreeMap<>();
        answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
        return scores;
    }
}
