package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import static org.junit.Assert.assertEquals;

/** Reads what a node answered to the search of the sample shop's clara for "mat", with {@code why}. */
public class HitTests {
    private final JsonNode answer;

    public HitTests() throws IOException {
        try (InputStream in = HitTests.class.getResourceAsStream("/demo/mat-for-clara.json")) {
            answer = Rest.JSON.readTree(in);
        }
    }

    @Test
    public void everythingOfAHit() {
        Hit first = Hit.all(answer).getFirst();
        assertEquals("kitchen-bake-02", first.id());
        assertEquals("Pastry Mat with Measures", first.title());
        assertEquals("Kitchen > Baking", first.category());
        assertEquals(7.087, first.score(), 1e-3);
        assertEquals(5, first.reasons().size());
        assertEquals(0.2601, first.affinity(), 1e-4);
    }

    @Test
    public void reasonIsThePartWithTheLargestMatch() {
        for (Hit hit : Hit.all(answer)) {
            assertEquals("baking, kitchen, pan", hit.liked().orElseThrow().label());
            assertEquals(1, hit.liked().orElseThrow().number());
        }
        ArrayNode parts = parts(0);
        List<JsonNode> reversed = new ArrayList<>();
        parts.forEach(reversed::add);
        Collections.reverse(reversed);
        parts.removeAll().addAll(reversed);
        assertEquals("in any order", "baking, kitchen, pan", Hit.all(answer).getFirst().liked().orElseThrow().label());
    }

    @Test
    public void partsBelowATenthOfTheAffinityAreNotShown() {
        assertEquals("-0.0001 of 0.26", Optional.empty(), Hit.all(answer).getFirst().disliked());
        ((ObjectNode) parts(0).get(3)).put("match", -0.03);
        assertEquals("ski boots, touring, winter sports", Hit.all(answer).getFirst().disliked().orElseThrow().label());
        ((ObjectNode) parts(0).get(0)).put("match", 0.0015);
        assertEquals("more is taken than added", -0.025, Hit.all(answer).getFirst().affinity(), 1e-3);
        assertEquals(Optional.empty(), Hit.all(answer).getFirst().liked());
    }

    @Test
    public void searchesWithoutReasons() {
        ((ObjectNode) answer.at("/hits/hits/0")).remove("fields");
        Hit hit = Hit.all(answer).getFirst();
        assertEquals(List.of(), hit.reasons());
        assertEquals(Optional.empty(), hit.liked());
        assertEquals(Optional.empty(), hit.disliked());
    }

    private ArrayNode parts(int hit) {
        return (ArrayNode) answer.at("/hits/hits/" + hit + "/fields/_affinity/0/interests");
    }
}
