package org.opensearch.affinity.tracker;

import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

public class TrackerTests extends OpenSearchTestCase {
    private static final Map<String, String> FIELDS = Map.of(
        "items",
        "{\"index\": \"products\", \"vector_field\": \"v\"}",
        "events",
        "{\"index\": \"ubi_events\"}",
        "actions",
        "{\"click\": 1}"
    );

    private Tracker parse(String name, String json) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse(name, parser);
        }
    }

    private Tracker with(String field, String value) throws IOException {
        StringBuilder json = new StringBuilder("{");
        FIELDS.forEach((name, definition) -> {
            if (name.equals(field) == false) {
                json.append('"').append(name).append("\": ").append(definition).append(", ");
            }
        });
        return parse("shop", json.append('"').append(field).append("\": ").append(value).append('}').toString());
    }

    private void assertRefused(String field, String value, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> with(field, value));
        assertTrue(e.getMessage(), e.getMessage().contains(message));
    }

    public void testDefaults() throws Exception {
        Tracker tracker = with("half_life", "\"12h\"");
        assertEquals("_id", tracker.items().idField());
        assertEquals(1.0, tracker.weightOf("click"), 0);
        assertNull(tracker.weightOf("hover"));
        assertEquals(0.5, tracker.decay().factor(0, 12 * 60 * 60 * 1000), 0);
    }

    public void testImpressionsWeighNothing() throws Exception {
        Tracker tracker = with("impressions", "[\"view\", \"impression\", \"view\"]");
        assertEquals(tracker, with("impressions", "[\"impression\", \"view\"]"));
        assertTrue(tracker.isImpression("view"));
        assertFalse(tracker.isImpression("click"));
        assertNull(tracker.weightOf("view"));
        assertFalse(with("half_life", "\"12h\"").isImpression("impression"));
    }

    public void testContextsOfATime() throws Exception {
        String context = "{\"at\": {\"time\": \"hour\"}, \"day\": {\"time\": \"weekday\"}, \"device\": {\"field\": \"device\"}}";
        Tracker tracker = with("context", context);
        long time = Instant.parse("2026-02-01T10:30:00Z").toEpochMilli();
        assertEquals(Map.of("at", "9", "day", "sunday"), tracker.contexts().ofTime(time));
        assertEquals(List.of("at=9", "day=sunday"), tracker.contexts().requested(tracker.contexts().ofTime(time), 0));
    }

    public void testEventIndices() throws Exception {
        for (String index : List.of("ubi_events", "ubi-*", "a,b-*,.ds-ubi-000001", "ubi*events", "событие")) {
            assertEquals(index, with("events", "{\"index\": \"" + index + "\"}").events().index());
        }
    }

    public void testOneKeyIsAListOfOne() throws Exception {
        assertEquals(with("users", "{\"pseudonym\": \"2026\"}"), with("users", "{\"pseudonym\": [\"2026\"]}"));
        assertEquals(List.of("2027", "2026"), with("users", "{\"pseudonym\": [\"2027\", \"2026\"]}").pseudonym().ids());
        assertEquals(KeyChain.NONE, with("users", "{}").pseudonym());
    }

    public void testReadsWhatItWrites() throws Exception {
        Tracker tracker = with("actions", "{\"click\": 1, \"dislike\": -2.5}");
        assertEquals(tracker, copyWriteable(tracker, writableRegistry(), Tracker::new));
        assertEquals(tracker, parse("shop", Strings.toString(MediaTypeRegistry.JSON, tracker)));
        assertNotEquals(tracker, with("actions", "{\"click\": 1}"));
        for (String[] field : new String[][] {
            { "users", "{\"pseudonym\": \"2026\"}" },
            { "users", "{\"pseudonym\": [\"2027\", \"2026\"]}" },
            { "impressions", "[\"view\", \"impression\"]" },
            { "retention", "\"90d\"" } }) {
            Tracker more = with(field[0], field[1]);
            assertEquals(more, copyWriteable(more, writableRegistry(), Tracker::new));
            assertEquals(more, parse("shop", Strings.toString(MediaTypeRegistry.JSON, more)));
            assertNotEquals(more, with("actions", "{\"click\": 1}"));
        }
    }

    public void testErrorsNameTheFieldAndWhatWouldBeRight() {
        assertRefused("half_life", "\"-3d\"", "[half_life] must be a time above 0 such as [30d] or [12h], got [-3d]");
        assertRefused("half_life", "\"0d\"", "got [0d]");
        assertRefused("retention", "\"ever\"", "[retention] must be a time above 0 such as [30d] or [12h], got [ever]");
        String keys = " must be the id of a key such as [2026], or a list of different ones, got ";
        for (String wrong : List.of("1", "null")) {
            assertRefused("users", "{\"pseudonym\": " + wrong + "}", "[users.pseudonym]" + keys + "[" + wrong + "]");
        }
        assertRefused("users", "{\"pseudonym\": []}", "[users.pseudonym]" + keys + "[0]");
        assertRefused("users", "{\"pseudonym\": [\"2026\", \"2027\", \"2026\"]}", "[users.pseudonym]" + keys + "[[2026, 2027, 2026]]");
        assertRefused("users", "{\"pseudonym\": [\"2026\", \" \"]}", "[users.pseudonym[1]]" + keys + "[ ]");
        assertRefused("users", "{\"name\": \"x\"}", "[users] unknown field [name]; known: [pseudonym]");
        assertRefused("half_life", "\"soon\"", "[half_life] must be a time above 0 such as [30d] or [12h], got [soon]");
        assertRefused("max_interests", "1", "[max_interests] must be a whole number from 2 to 32, got [1]");
        assertRefused("interest_similarity", "1.5", "[interest_similarity] must be a number above 0 and at most 1, got [1.5]");
        assertRefused("actions", "{}", "[actions] must weigh at least one action");
        assertRefused("actions", "{\"click\": 0}", "[actions.click] must be a number from -1000 to 1000 other than 0, got [0]");
        assertRefused("actions", "{\"click\": \"much\"}", "[actions.click] must be a number from -1000 to 1000 other than 0, got [much]");
        assertRefused("impressions", "[\"view\", \"click\"]", "[impressions] must be actions that [actions] does not weigh, got [click]: leave it out of one of both");
        assertRefused("impressions", "[\" \"]", "[impressions[0]] must be the name of an action, got [ ]");
        assertRefused("impressions", "{\"view\": 1}", "[impressions] must be the name of an action, got an object");
        assertRefused("items", "{\"index\": \"products\"}", "[items.vector_field] is required");
        assertRefused("items", "{\"vector_field\": \"v\"}", "[items.index] is required");
        assertRefused("items", "{\"index\": \"products\", \"vector_field\": \"v\", \"text_fields\": [\"\"]}", "[items.text_fields[0]] must be the name of a field, got []");
        assertRefused("actions", "{\"\": 1}", "[actions] must give every action a name that is not empty");
        assertRefused("max_interests", "8.9", "[max_interests] must be a whole number from 2 to 32, got [8.9]");
        for (String index : List.of("*", "_all", "_ubi", "<bad{x}>", "a,,b", ",", "-products", "*,-products", ".affinity-*", "Ubi", "a b")) {
            assertRefused("events", "{\"index\": \"" + index + "\"}", "[events.index] must be names, aliases or patterns");
        }
        for (String all : List.of("*", "**", "_all")) {
            assertRefused("events", "{\"index\": \"" + all + "\"}", "a pattern needs letters, as [*] alone would follow every index of the cluster, got [" + all + "]");
        }
        assertRefused("events", "{\"index\": \" \"}", "[events.index] must be names, aliases or patterns such as [ubi_events] or [ubi-*], separated by commas, got [ ]");
        assertRefused("halflife", "\"3d\"", "unknown field [halflife] did you mean [half_life]?");
        assertRefused("events", "{\"index\": \"ubi\", \"fields\": {\"user\": []}}", "[events.fields.user] must be the path of a field such as");
        assertRefused("events", "{\"index\": \"ubi\", \"fields\": {\"item\": 3}}", "[events.fields.item] must be the path of a field such as");
        assertRefused("events", "{\"index\": \"ubi\", \"fields\": {\"rating\": \"\"}}", "[events.fields.rating] must be the path of a field such as");
        assertRefused("limits", "{\"events_per_minute\": \"9\"}", "[limits.events_per_minute] must be a whole number from 1 to 1000000, got [9]");
        assertRefused("context", "{\"at\": {\"time\": \"year\"}}", "[context.at.time] must be [hour] or [weekday], got [year]");
        assertRefused("context", "{\"at\": {}}", "[context.at] needs one of [time] and [field]");
        assertRefused("context", "{\"a=b\": {\"time\": \"hour\"}}", "[context.a=b] must have a name that is not empty and without [=]");
        assertRefused("time_zone", "\"Mars\"", "[time_zone] must be a time zone such as [Europe/Berlin] or [+02:00], got [Mars]");
        assertRefused("ranking", "{\"weight\": 21}", "[ranking.weight] must be a number from 0 to 20, got [21]");
        assertRefused("ranking", "{\"user\": \"ann\"}", "[ranking.user] must be set in the request or in a search pipeline, not in a tracker");
        assertRefused("signals", "{\"s\": {\"field\": \"f\", \"pivot\": 0}}", "[signals.s.pivot] must be a number above 0, got [0]");
        Exception missing = expectThrows(IllegalArgumentException.class, () -> parse("shop", "{}"));
        assertTrue(missing.getMessage(), missing.getMessage().startsWith("[items] is required: "));
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse("Shop!", all()));
        assertTrue(e.getMessage(), e.getMessage().startsWith("tracker name [Shop!] must be 1 to 64 of a-z"));
    }

    private static String all() {
        StringBuilder json = new StringBuilder("{");
        FIELDS.forEach((name, value) -> json.append(json.length() == 1 ? "" : ", ").append('"').append(name).append("\": ").append(value));
        return json.append('}').toString();
    }
}
