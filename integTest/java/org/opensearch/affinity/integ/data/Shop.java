package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A data set in a node: ingest pipeline, item index, event index and tracker. */
public final class Shop {
    static final String PIPELINE = "shop";
    public static final String ITEMS = "products";
    static final String EVENTS = "ubi_events";
    public static final String TRACKER = "shop";
    /** Field of the items: whether the data set treats the item as new. */
    public static final String NEW = "new";

    private static final int ITEMS_PER_BULK = 128;
    private static final int EVENTS_PER_BULK = 1_000;

    /** Weights of actions; any other action has that of a click. */
    private static final Map<String, Double> WEIGHTS = Map.of("view", 0.3, "click", 1.0, "tag", 1.0, "like", 2.0, "add_to_cart", 2.0,
        "purchase", 3.0, "dislike", -2.0);

    private final Rest rest;
    private final DataSet set;
    private final ItemCounts popularity;
    private final AtomicLong written = new AtomicLong();

    public Shop(Rest rest, DataSet set) {
        this(rest, set, null);
    }

    /** @param popularity a field of the items and a signal of the tracker; null for none */
    public Shop(Rest rest, DataSet set, ItemCounts popularity) {
        this.rest = rest;
        this.set = set;
        this.popularity = popularity;
    }

    /** Creates the ingest pipeline, which encodes texts, and the two indices. */
    public void open() throws IOException {
        ObjectNode encode = Rest.JSON.createObjectNode().put("target", "item_vector").put("model", "all-minilm-l6-v2");
        textFields().forEach(encode.putArray("fields")::add);
        ObjectNode pipeline = Rest.JSON.createObjectNode();
        pipeline.putArray("processors").addObject().set("affinity_encode", encode);
        rest.put("/_ingest/pipeline/" + PIPELINE, pipeline);
        rest.put("/" + ITEMS, """
            {"settings":{"number_of_shards":1,"number_of_replicas":0,"index.default_pipeline":"%s"},
             "mappings":{"dynamic":false,"properties":{
               "item_id":{"type":"keyword"},
               "title":{"type":"text"},
               "description":{"type":"text"},
               "categories":{"type":"text","fields":{"path":{"type":"keyword"}}},
               "tags":{"type":"text"},
               "popularity":{"type":"integer"},
               "new":{"type":"boolean"},
               "item_vector":{"type":"affinity_vector","dimension":384}}}}""".formatted(PIPELINE));
        rest.put("/" + EVENTS, """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"dynamic":false,"properties":{
               "application":{"type":"keyword"},
               "action_name":{"type":"keyword"},
               "user_id":{"type":"keyword"},
               "client_id":{"type":"keyword"},
               "user_query":{"type":"keyword"},
               "timestamp":{"type":"date"},
               "event_attributes":{"properties":{"object":{"properties":{
                 "object_id":{"type":"keyword"},"object_id_field":{"type":"keyword"}}}}}}}}""");
    }

    /** Indexes the items through the pipeline and returns their number. */
    public long stock(Step step) throws IOException {
        long total = count(set.items());
        try (Stream<ObjectNode> items = set.items()) {
            step.at(0, total, "items");
            long sent = new BulkFeed(rest, ITEMS, ITEMS_PER_BULK).send(
                items.map(this::document),
                done -> step.at(done, total, "items")
            );
            rest.post("/" + ITEMS + "/_refresh", null);
            return sent;
        }
    }

    private BulkFeed.Document document(ObjectNode item) {
        String id = item.path("item_id").asText();
        ObjectNode marked = popularity == null ? item : popularity.mark(item);
        return new BulkFeed.Document(id, set.newItems() == null ? marked : marked.put(NEW, set.newItems().has(id)));
    }

    /** Defines the tracker, with a weight for each action of the log. */
    public void track(Split split, String halfLife) throws IOException {
        ObjectNode body = Rest.JSON.createObjectNode();
        ObjectNode items = body.putObject("items").put("index", ITEMS).put("vector_field", "item_vector").put("id_field", "_id");
        textFields().forEach(items.putArray("text_fields")::add);
        body.putObject("events").put("index", EVENTS);
        ObjectNode actions = body.putObject("actions");
        weights(split).forEach(actions::put);
        body.put("half_life", halfLife);
        if (popularity != null) {
            popularity.addTo(body);
        }
        rest.put("/_plugins/_affinity/trackers/" + TRACKER, body);
    }

    /** Writes the events that may be known before the queries of a split, and returns their number. */
    public long replay(Split split, Step step) throws IOException {
        return replay(count(set.events(split)), set.events(split), step);
    }

    /** Writes one part of the log and returns the number of its events. */
    public long replay(String part, Step step) throws IOException {
        return replay(count(set.part(part)), set.part(part), step);
    }

    private long replay(long total, Stream<ObjectNode> log, Step step) {
        try (log) {
            step.at(0, total, "events");
            return new BulkFeed(rest, EVENTS, EVENTS_PER_BULK).send(
                log.map(event -> new BulkFeed.Document("event-" + written.incrementAndGet(), event)),
                done -> step.at(done, total, "events")
            );
        }
    }

    /** Waits until the tracker has processed a number of events. */
    public TrackerProgress awaitTracker(long events, Step step) throws IOException {
        return TrackerProgress.await(rest, TRACKER, events, stats -> step.at(Math.min(stats.read(), events), events, "events"));
    }

    /** The text fields of the items. */
    public List<String> textFields() throws IOException {
        List<String> fields = new ArrayList<>(List.of("title", "categories"));
        try (Stream<ObjectNode> items = set.items()) {
            if (items.anyMatch(item -> item.has("tags"))) {
                fields.add("tags");
            }
        }
        return fields;
    }

    private Map<String, Double> weights(Split split) throws IOException {
        Map<String, Double> weights = new LinkedHashMap<>();
        try (Stream<ObjectNode> events = set.events(split)) {
            events.map(event -> event.path("action_name").asText()).distinct()
                .forEach(action -> weights.put(action, WEIGHTS.getOrDefault(action, 1.0)));
        }
        return weights;
    }

    private static long count(Stream<ObjectNode> lines) {
        try (lines) {
            return lines.count();
        }
    }
}
