package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.TestFolder;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

public class SampleShopTests {
    private static final Instant NOW = Instant.parse("2026-05-04T10:20:30Z");

    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void sameLogEachTime() throws IOException {
        List<ObjectNode> first = events(SampleShop.write(folder.newFolder().toPath(), NOW));
        List<ObjectNode> second = events(SampleShop.write(folder.newFolder().toPath(), NOW));
        assertEquals(first, second);
        assertNotEquals(first, events(SampleShop.write(folder.newFolder().toPath(), NOW.plusSeconds(86_400))));
    }

    @Test
    public void everyEventIsLabelledAndRefersToTheCatalogue() throws IOException {
        DataSet shop = SampleShop.write(folder.newFolder().toPath(), NOW);
        Set<String> items;
        try (Stream<ObjectNode> lines = shop.items()) {
            items = lines.map(item -> item.path("item_id").asText()).collect(Collectors.toSet());
        }
        List<ObjectNode> events = events(shop);
        assertTrue("a few thousand: " + events.size(), events.size() > 3_000 && events.size() < 9_000);
        Set<String> actions = new HashSet<>();
        String last = "";
        for (ObjectNode event : events) {
            assertEquals("SIMULATED", event.path("message_type").asText());
            assertTrue(items.contains(event.path("event_attributes").path("object").path("object_id").asText()));
            assertTrue("ordered by time", last.compareTo(event.path("timestamp").asText()) <= 0);
            last = event.path("timestamp").asText();
            actions.add(event.path("action_name").asText());
        }
        assertEquals(Set.of("view", "click", "add_to_cart", "purchase", "dislike"), actions);
        assertTrue("none in the future: " + last, last.compareTo("2026-05-04T10:00:00Z") < 0);
    }

    @Test
    public void fortyUsersHaveEvents() throws IOException {
        DataSet shop = SampleShop.write(folder.newFolder().toPath(), NOW);
        assertEquals(40, events(shop).stream().map(event -> event.path("user_id").asText()).distinct().count());
    }

    private static List<ObjectNode> events(DataSet shop) throws IOException {
        try (Stream<ObjectNode> events = shop.events(Split.TEST)) {
            return events.toList();
        }
    }
}
