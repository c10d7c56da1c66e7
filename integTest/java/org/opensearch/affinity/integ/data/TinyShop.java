package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Rest;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A small shop for tests of tracking and ranking: items with random unit vectors of eight dimensions, without text to encode, and a
 * log. All of it depends on the numbers of items and users alone.
 */
public record TinyShop(int items, int users) {
    private static final int DIMENSION = 8;
    private static final String[] ACTIONS = { "click", "click", "click", "purchase", "dislike" };
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** Creates an item index and fills it. The field {@code base} of each item, from 1 to 10, is for its score. */
    public void stock(Rest rest, String index, int shards) {
        rest.put("/" + index, """
            {"settings":{"number_of_shards":%d,"number_of_replicas":0},
             "mappings":{"properties":{"title":{"type":"text"},"base":{"type":"double"},
               "item_vector":{"type":"affinity_vector","dimension":%d}}}}""".formatted(shards, DIMENSION));
        new BulkFeed(rest, index, 500).send(IntStream.range(0, items).mapToObj(this::item), done -> {});
        rest.post("/" + index + "/_refresh", null);
    }

    /** Creates an empty event index. */
    public static void openLog(Rest rest, String index, int shards) {
        rest.put("/" + index, """
            {"settings":{"number_of_shards":%d,"number_of_replicas":0},
             "mappings":{"properties":{
               "user_id":{"type":"keyword"},"action_name":{"type":"keyword"},"timestamp":{"type":"date"}}}}""".formatted(shards));
    }

    /**
     * Defines a tracker of both indices. Popularity has weight 0, since a node that starts knows it a moment later than all else.
     */
    public static void track(Rest rest, String tracker, String itemIndex, String eventIndex) {
        rest.put("/_plugins/_affinity/trackers/" + tracker, """
            {"items":{"index":"%s","vector_field":"item_vector"},"events":{"index":"%s"},
             "actions":{"click":1.0,"purchase":3.0,"dislike":-2.0},"half_life":"30d",
             "signals":{"popularity":{"weight":0}}}""".formatted(itemIndex, eventIndex));
    }

    /** A log whose event {@code i} is of user {@code i % users}, a minute after the previous event. */
    public Stream<BulkFeed.Document> log(int events) {
        return log(events, Duration.ofMinutes(1));
    }

    /** A log with the given time between events. */
    public Stream<BulkFeed.Document> log(int events, Duration between) {
        Random random = new Random(11);
        return IntStream.range(0, events).mapToObj(i -> {
            ObjectNode event = Rest.JSON.createObjectNode();
            event.put("application", "tiny").put("user_id", user(i % users)).put("action_name", ACTIONS[random.nextInt(ACTIONS.length)]);
            event.put("timestamp", BEGIN.plus(between.multipliedBy(i)).toString());
            event.putObject("event_attributes").putObject("object").put("object_id", "item-" + random.nextInt(items));
            return new BulkFeed.Document("event-" + i, event);
        });
    }

    /** The id of a user, counted from 0. */
    public static String user(int number) {
        return "user-" + number;
    }

    private BulkFeed.Document item(int number) {
        Random random = new Random(number);
        ObjectNode item = Rest.JSON.createObjectNode();
        item.put("title", "item " + number).put("base", 1 + 9 * random.nextDouble());
        double[] vector = random.doubles(DIMENSION, -1, 1).toArray();
        double length = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
        ArrayNode values = item.putArray("item_vector");
        for (double x : vector) {
            values.add((float) (x / length));
        }
        return new BulkFeed.Document("item-" + number, item);
    }
}
