package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TestFolder;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class DataSetTests {
    @Rule
    public final TestFolder folder = new TestFolder();

    private Path set;

    @Before
    public void writeSet() throws IOException {
        set = folder.newFolder("tiny").toPath();
        write("items", "{\"item_id\":\"a\",\"title\":\"Größe\",\"categories\":[\"X > Y\"]}", "",
            "{\"item_id\":\"b\",\"title\":\"B\",\"categories\":[]}");
        write("events-train", event("u1", "a"), event("u1", "b"));
        write("events-valid", event("u2", "a"));
        write("queries-valid", query("v1", "u1", "[\"a\"]"));
        write("queries-test", query("t1", "u1", "[\"a\",\"b\"]"), query("t2", "u2", "[\"b\"]"));
    }

    @Test
    public void readsItemsInOrderAndSkipsBlankLines() throws IOException {
        try (Stream<ObjectNode> items = DataSet.open(set).items()) {
            assertEquals(List.of("Größe", "B"), items.map(item -> item.path("title").asText()).toList());
        }
    }

    @Test
    public void eventsBeforeTheQueriesOfASplit() throws IOException {
        DataSet data = DataSet.open(set);
        assertEquals(List.of("u1", "u1"), users(data, Split.VALID));
        assertEquals(List.of("u1", "u1", "u2"), users(data, Split.TEST));
    }

    @Test
    public void newestEventsOfEachUserInTheOrderOfTheLog() throws IOException {
        // Lines are not ordered by time; of two events with the same time the later line is the newer.
        write("events-train", event("u1", "c", 3), event("u1", "a", 1), event("u2", "a", 1), event("u1", "b", 2), event("u2", "b", 1));
        DataSet data = DataSet.open(set);
        assertEquals(List.of("c", "b"), items(data.withLastEvents(1), Split.VALID));
        assertEquals(List.of("c", "a", "b", "b"), items(data.withLastEvents(2), Split.VALID));
        assertEquals(List.of("c", "a", "a", "b", "b"), items(data.withLastEvents(3), Split.VALID));
        try (Stream<ObjectNode> log = data.withLastEvents(1).log(Split.VALID)) {
            assertEquals("the log itself is complete", 5, log.count());
        }
    }

    @Test
    public void fewEventsOfNewcomersAreRead() throws IOException {
        Newcomers one = new Newcomers(1);
        List<String> ids = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        assertEquals(500, ids.stream().filter(one::has).count(), 50);
        String newcomer = ids.stream().filter(one::has).findFirst().orElseThrow();
        String other = ids.stream().filter(id -> one.has(id) == false).findFirst().orElseThrow();
        write("events-train", event(newcomer, "c", 3), event(other, "a", 1), event(newcomer, "b", 2), event(other, "b", 2));
        write("events-valid", event(newcomer, "d", 4), event(other, "c", 3));
        write("queries-valid", query("v1", newcomer, "[\"c\"]"), query("v2", other, "[\"c\"]"));
        DataSet data = DataSet.open(set).with(one);
        assertEquals(List.of("c", "a", "b", "c"), items(data, Split.TEST));
        assertEquals(List.of("v1"), data.queries(Split.VALID, 3).stream().map(DataSetQuery::id).toList());
        assertEquals(List.of(other, other, other), users(DataSet.open(set).with(new Newcomers(0)), Split.TEST));
    }

    @Test
    public void eventsOfNewItemsAreLeftOut() throws IOException {
        NewItems half = new NewItems(0.5);
        List<String> ids = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        assertEquals(500, ids.stream().filter(half::has).count(), 50);
        String known = ids.stream().filter(id -> half.has(id) == false).findFirst().orElseThrow();
        String unknown = ids.stream().filter(half::has).findFirst().orElseThrow();
        write("events-train", event("u1", known), event("u1", unknown));
        String both = "[\"" + known + "\",\"" + unknown + "\"]";
        write("queries-valid", query("v1", "u1", "[\"" + known + "\"]"), query("v2", "u1", "[\"" + unknown + "\"]"),
            query("v3", "u1", both));
        DataSet data = DataSet.open(set).withoutEventsOf(half);
        assertEquals(List.of(known), items(data, Split.VALID));
        assertEquals("queries without new items", List.of("v1"), data.queries(Split.VALID, 3).stream().map(DataSetQuery::id).toList());
        assertEquals(List.of("v2"), data.queryingNewItems().queries(Split.VALID, 3).stream().map(DataSetQuery::id).toList());
    }

    @Test
    public void popularityIsWrittenIntoItemsAndTracker() throws IOException {
        write("events-train", event("u1", "a", 1), event("u1", "b", 2), event("u2", "a", 1));
        ItemCounts popularity;
        try (Stream<ObjectNode> log = DataSet.open(set).log(Split.VALID)) {
            popularity = ItemCounts.of(log, 2);
        }
        assertEquals(2, popularity.mark(Rest.JSON.createObjectNode().put("item_id", "a")).path("popularity").asInt());
        assertEquals(0, popularity.mark(Rest.JSON.createObjectNode().put("item_id", "c")).path("popularity").asInt(-1));
        ObjectNode tracker = Rest.JSON.createObjectNode();
        popularity.addTo(tracker);
        assertEquals(Rest.JSON.readTree("{\"signals\":{\"popularity\":{\"field\":\"popularity\",\"pivot\":1.5,\"weight\":2.0}}}"), tracker);
    }

    @Test
    public void readsJudgedQueriesUpToALimit() throws IOException {
        DataSet data = DataSet.open(set);
        assertEquals(new DataSetQuery("t1", "u1", "some words", Set.of("a", "b")), data.queries(Split.TEST, 1).getFirst());
        assertEquals(1, data.queries(Split.TEST, 1).size());
        assertEquals(2, data.queries(Split.TEST, Integer.MAX_VALUE).size());
        try (Stream<ObjectNode> judged = data.judged(Split.TEST, 1)) {
            assertEquals(List.of("t1"), judged.map(query -> query.path("query_id").asText()).toList());
        }
    }

    @Test
    public void setsWithoutQueriesHaveOneLog() throws IOException {
        Path log = folder.newFolder("log").toPath();
        Files.copy(set.resolve("items.jsonl.gz"), log.resolve("items.jsonl.gz"));
        Files.copy(set.resolve("events-train.jsonl.gz"), log.resolve("events.jsonl.gz"));
        DataSet data = DataSet.open(log);
        assertEquals(List.of("u1", "u1"), users(data, Split.TEST));
        assertFalse(data.hasQueries(Split.TEST));
    }

    @Test
    public void missingFilesAreNamed() throws IOException {
        Path empty = folder.newFolder("empty").toPath();
        String message = assertThrows(IOException.class, () -> DataSet.open(empty)).getMessage();
        assertTrue(message, message.contains("no items.jsonl.gz"));
        assertThrows(IOException.class, () -> DataSet.open(empty.resolve("absent")));
    }

    @Test
    public void brokenLinesAreNamed() throws IOException {
        write("items", "{\"item_id\":\"a\"}", "{\"item_id\":");
        try (Stream<ObjectNode> items = DataSet.open(set).items()) {
            String message = assertThrows(UncheckedIOException.class, items::count).getMessage();
            assertTrue(message, message.contains("items.jsonl.gz, line 2"));
        }
    }

    private static List<String> users(DataSet data, Split split) throws IOException {
        try (Stream<ObjectNode> events = data.events(split)) {
            return events.map(event -> event.path("user_id").asText()).toList();
        }
    }

    private static List<String> items(DataSet data, Split split) throws IOException {
        try (Stream<ObjectNode> events = data.events(split)) {
            return events.map(event -> event.at("/event_attributes/object/object_id").asText()).toList();
        }
    }

    private static String event(String user, String item) {
        return event(user, item, 1);
    }

    private static String event(String user, String item, int day) {
        return "{\"user_id\":\"" + user + "\",\"timestamp\":\"2026-01-0" + day
            + "T00:00:00Z\",\"action_name\":\"click\",\"event_attributes\":{\"object\":{\"object_id\":\"" + item + "\"}}}";
    }

    private static String query(String id, String user, String relevant) {
        return "{\"query_id\":\"" + id + "\",\"user_id\":\"" + user + "\",\"user_query\":\"some words\",\"relevant\":" + relevant + "}";
    }

    private void write(String file, String... lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(set.resolve(file + ".jsonl.gz")))) {
            out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
    }
}
