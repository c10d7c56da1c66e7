package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.data.CosineSimilarity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

public class GeneratedLogTests {
    private static final int USERS = 100_000;
    private static final int ITEMS = 10_000;
    private static final int CLUSTERS = 200;
    private static final int EVENTS = 50_000;

    private final List<JsonNode> events = Stream.generate(log(3)::next).limit(EVENTS).map(GeneratedLogTests::json).toList();

    @Test
    public void logDependsOnTheSeed() {
        GeneratedLog one = log(3);
        GeneratedLog same = log(3);
        GeneratedLog other = log(4);
        String first = one.next();
        assertEquals(first, same.next());
        assertNotEquals(first, other.next());
    }

    @Test
    public void ubiEventsAreOrderedByTime() {
        Instant before = Instant.EPOCH;
        for (JsonNode event : events) {
            Instant time = Instant.parse(event.path("timestamp").asText());
            assertTrue(time.isAfter(before));
            before = time;
            assertTrue(Set.of("view", "add_to_cart", "purchase").contains(event.path("action_name").asText()));
            assertTrue(number(event) >= 0 && number(event) < ITEMS);
            int user = Integer.parseInt(event.path("user_id").asText().substring("user-".length()));
            assertTrue(user >= 0 && user < USERS);
        }
    }

    @Test
    public void regularUsersHaveHalfOfTheEvents() {
        Map<String, Long> byUser = count(event -> event.path("user_id").asText());
        assertThat(byUser.size(), greaterThan(EVENTS / 10));
        assertThat(byUser.size(), lessThan(EVENTS / 3));
        long ofRegulars = events.stream().filter(event -> Integer.parseInt(event.path("user_id").asText().substring(5)) < USERS / 20)
            .count();
        assertEquals(0.5, ofRegulars / (double) EVENTS, 0.06);
    }

    @Test
    public void someItemsArePopularAndUsersLikeSomeClusters() {
        Map<Integer, Long> byRank = count(event -> number(event) / CLUSTERS);
        assertThat(byRank.get(0), greaterThan(10 * byRank.get(20)));
        String busiest = count(event -> event.path("user_id").asText()).entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow()
            .getKey();
        Map<Integer, Long> clusters = events.stream()
            .filter(event -> event.path("user_id").asText().equals(busiest))
            .collect(Collectors.groupingBy(event -> number(event) % CLUSTERS, Collectors.counting()));
        long all = clusters.values().stream().mapToLong(Long::longValue).sum();
        long heaviest = clusters.values().stream().sorted((a, b) -> Long.compare(b, a)).limit(GeneratedLog.LIKED_CLUSTERS)
            .mapToLong(Long::longValue).sum();
        assertThat(heaviest / (double) all, greaterThan(0.6));
    }

    @Test
    public void usersOfFourInterestsHaveThem() {
        Map<String, List<JsonNode>> byUser = new FourInterestLog(CLUSTERS).events()
            .map(GeneratedLogTests::json)
            .collect(Collectors.groupingBy(event -> event.path("user_id").asText()));
        assertEquals(FourInterestLog.USERS, byUser.size());
        for (List<JsonNode> ofOne : byUser.values()) {
            assertEquals(FourInterestLog.EVENTS, ofOne.size());
            assertEquals(FourInterestLog.INTERESTS, ofOne.stream().map(event -> number(event) % CLUSTERS).distinct().count());
            assertEquals(FourInterestLog.EVENTS, ofOne.stream().map(GeneratedLogTests::number).distinct().count());
            assertTrue(ofOne.stream().allMatch(event -> number(event) < ITEMS));
        }
    }

    @Test
    public void itemsOfAClusterAreSimilar() {
        ClusteredItems items = new ClusteredItems(CLUSTERS);
        for (int number = 0; number < 50; number++) {
            assertThat(cosine(items.vector(number), items.vector(number + CLUSTERS)), greaterThan(0.8));
            assertThat(cosine(items.vector(number), items.vector(number + 1)), lessThan(0.4));
        }
    }

    private static double cosine(int[] one, int[] other) {
        return CosineSimilarity.of(floats(one), floats(other));
    }

    private static float[] floats(int[] vector) {
        float[] floats = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            floats[i] = vector[i];
        }
        return floats;
    }

    private <K> Map<K, Long> count(Function<JsonNode, K> key) {
        return events.stream().collect(Collectors.groupingBy(key, TreeMap::new, Collectors.counting()));
    }

    private static GeneratedLog log(long seed) {
        return new GeneratedLog(USERS, ITEMS, CLUSTERS, seed);
    }

    private static int number(JsonNode event) {
        return Integer.parseInt(event.path("event_attributes").path("object").path("object_id").asText().substring("item-".length()));
    }

    private static JsonNode json(String event) {
        try {
            return Rest.JSON.readTree(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
