package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Simulates a behaviour log: invented users visit categories of a catalogue by their preferences. The log depends on users, catalogue
 * and end alone. Each event carries {@code "message_type":"SIMULATED"}.
 */
final class SimulatedLog {
    private static final long SEED = 7;
    private static final int SESSIONS_PER_USER = 14;
    private static final Duration SPAN = Duration.ofDays(60);
    private static final double OTHER_CATEGORY_RATE = 0.08;
    private static final double CLICK_RATE = 0.5;
    private static final double ADD_RATE = 0.35;
    private static final double PURCHASE_RATE = 0.5;
    private static final double DISLIKE_RATE = 0.15;

    private final Map<String, List<JsonNode>> byCategory;
    private final List<JsonNode> catalogue;
    private final Random random = new Random(SEED);

    SimulatedLog(List<? extends JsonNode> catalogue) {
        this.catalogue = List.copyOf(catalogue);
        this.byCategory = this.catalogue.stream().collect(Collectors.groupingBy(item -> item.path("categories").path(0).asText()));
    }

    /** Returns UBI 1.3.0 events by time, the last shortly before {@code end}. */
    List<ObjectNode> events(List<Person> people, Instant end) {
        List<ObjectNode> events = new ArrayList<>();
        for (Person person : people) {
            for (int i = 0; i < SESSIONS_PER_USER; i++) {
                Instant begin = end.minus(Duration.ofMinutes(30 + random.nextLong(SPAN.toMinutes())));
                visit(person, begin, events);
            }
        }
        events.sort(Comparator.comparing(event -> event.path("timestamp").asText()));
        return events;
    }

    /** One session: views of some items of a category, some of which are clicked, put into the cart and bought. */
    private void visit(Person person, Instant begin, List<ObjectNode> events) {
        List<JsonNode> visited = byCategory.get(category(person.likes()));
        Instant time = begin;
        int views = 4 + random.nextInt(5);
        for (int i = 0; i < views; i++) {
            boolean stray = random.nextDouble() < OTHER_CATEGORY_RATE;
            JsonNode item = any(stray ? catalogue : visited);
            time = time.plusSeconds(5 + random.nextInt(60));
            events.add(event(person, "view", item, time));
            if (random.nextDouble() < CLICK_RATE) {
                events.add(event(person, "click", item, time.plusSeconds(1)));
                if (stray == false && random.nextDouble() < ADD_RATE) {
                    events.add(event(person, "add_to_cart", item, time.plusSeconds(2)));
                    if (random.nextDouble() < PURCHASE_RATE) {
                        events.add(event(person, "purchase", item, time.plusSeconds(3)));
                    }
                }
            }
        }
        if (random.nextDouble() < DISLIKE_RATE) {
            events.add(event(person, "dislike", any(byCategory.get(person.dislikes())), time.plusSeconds(4)));
        }
    }

    private String category(Map<String, Integer> likes) {
        int drawn = random.nextInt(likes.values().stream().mapToInt(Integer::intValue).sum());
        for (Map.Entry<String, Integer> like : likes.entrySet()) {
            drawn -= like.getValue();
            if (drawn < 0) {
                return like.getKey();
            }
        }
        throw new AssertionError("the draw is below the sum");
    }

    private JsonNode any(List<JsonNode> items) {
        return items.get(random.nextInt(items.size()));
    }

    private static ObjectNode event(Person person, String action, JsonNode item, Instant time) {
        ObjectNode event = Rest.JSON.createObjectNode();
        event.put("application", "sample-shop");
        event.put("action_name", action);
        event.put("user_id", person.user());
        event.put("client_id", person.user());
        event.put("timestamp", time.toString());
        event.put("message_type", "SIMULATED");
        ObjectNode object = event.putObject("event_attributes").putObject("object");
        object.put("object_id", item.path("item_id").asText());
        object.put("object_id_field", "item_id");
        return event;
    }
}
