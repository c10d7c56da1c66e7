package org.opensearch.affinity.event;

import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.bytes.CompositeBytesReference;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

import static org.hamcrest.Matchers.containsString;

public class EventFormatTests extends OpenSearchTestCase {
    private static List<String> split(EventFormat format, String body) throws IOException {
        return format.events(new BytesArray(body)).stream().map(BytesReference::utf8ToString).toList();
    }

    private static void assertRefused(EventFormat format, BytesReference body, String reason) {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> format.events(body));
        assertThat(e.getMessage(), containsString(reason));
    }

    private static void assertRefused(String body, String reason) {
        assertRefused(EventFormat.JSON, new BytesArray(body), reason);
    }

    public void testLines() throws Exception {
        List<String> two = List.of("{\"a\": 1}", "{\"b\": 2}");
        assertEquals(two, split(EventFormat.NDJSON, "{\"a\": 1}\n{\"b\": 2}\n"));
        assertEquals("no line break at the end", two, split(EventFormat.NDJSON, "{\"a\": 1}\n{\"b\": 2}"));
        assertEquals("blank lines", two, split(EventFormat.NDJSON, "\n\n{\"a\": 1}\n \t\r\n{\"b\": 2}\n\n"));
        assertEquals("Windows line breaks", List.of("{}\r", "{}\r"), split(EventFormat.NDJSON, "{}\r\n\r\n{}\r\n"));
        assertEquals("lines are not parsed", List.of("no JSON", "[1,", "2]"), split(EventFormat.NDJSON, "no JSON\n[1,\n2]"));
        assertEquals(List.of(), split(EventFormat.NDJSON, "\n \n"));
    }

    public void testLists() throws Exception {
        assertEquals(List.of("{\"a\": 1}", "{\"b\":\n[2, {}]}"), split(EventFormat.JSON, " [ {\"a\": 1} ,{\"b\":\n[2, {}]}\n] \n"));
        List<String> odd = List.of("{\"a\": \"],[\\\"{\"}", "{\"é…😀\": \"\\ud83d\"}", "{}");
        assertEquals("the bytes that were sent", odd, split(EventFormat.JSON, "[" + String.join(",", odd) + "]"));
        List<String> others = List.of("12", "\"ab\"", "null", "[[1], 2]", "-1.5e3", "true");
        assertEquals("values that are not events are split too", others, split(EventFormat.JSON, "[" + String.join(" , ", others) + "]"));
        assertEquals(List.of(), split(EventFormat.JSON, "[]"));
    }

    public void testOneEvent() throws Exception {
        assertEquals(List.of("{\n\"a\": {\"b\": 1}\n}"), split(EventFormat.JSON, "\n{\n\"a\": {\"b\": 1}\n}\n"));
    }

    /** The body of a request consists of the buffers that the network delivered. */
    public void testBodyOfSeveralBuffers() throws Exception {
        String[] bodies = { "{\"ä\": 1}\n{\"b\": 2}", "[{\"ä\": 1}, {\"b\": 2}]" };
        for (EventFormat format : EventFormat.values()) {
            byte[] body = bodies[format.ordinal()].getBytes(StandardCharsets.UTF_8);
            for (int at = 1; at < body.length; at++) {
                BytesReference first = new BytesArray(body, 0, at);
                BytesReference buffers = CompositeBytesReference.of(first, new BytesArray(body, at, body.length - at));
                List<String> events = format.events(buffers).stream().map(BytesReference::utf8ToString).toList();
                assertEquals(List.of("{\"ä\": 1}", "{\"b\": 2}"), events);
            }
        }
    }

    public void testInvalidBodies() {
        String hint = "; to send one event a line, use [Content-Type: application/x-ndjson]";
        assertRefused("", "[events] the body is neither an event nor a list of events");
        assertRefused("12", "[events] the body is neither an event nor a list of events");
        assertRefused("nonsense", "[events] the body is not valid JSON: Unrecognized token 'nonsense'");
        assertRefused("[{\"a\": 1}", "[events] the body is not valid JSON: Unexpected end-of-input");
        assertRefused("[{\"a\": 1} {\"b\": 2}]", "[events] the body is not valid JSON: Unexpected character ('{'");
        assertRefused("[{\"a\": 1,}]", "[events] the body is not valid JSON");
        assertRefused("[{\"a\": 1}, /* one more */ {}]", "[events] the body is not valid JSON");
        assertRefused("{\"a\": 1}\n{\"b\": 2}", "[events] unexpected content after the event" + hint);
        assertRefused("[{\"a\": 1}] [{\"b\": 2}]", "[events] unexpected content after the list" + hint);
        assertRefused(EventFormat.JSON, new BytesArray("[{\"a\": 1}]".getBytes(StandardCharsets.UTF_16BE)), "the body is not in UTF-8");
    }

    public void testTooMany() throws Exception {
        List<String> most = Collections.nCopies(EventFormat.MAX_EVENTS, "{}");
        assertEquals(10_000, split(EventFormat.NDJSON, String.join("\n", most)).size());
        assertEquals(10_000, split(EventFormat.JSON, "[" + String.join(",", most) + "]").size());
        String reason = "[events] the body holds more than [10000] events; send them in several requests";
        assertRefused(EventFormat.NDJSON, new BytesArray(String.join("\n", most) + "\n{}"), reason);
        assertRefused("[{}," + String.join(",", most) + "]", reason);
    }

    public void testContentTypes() {
        assertEquals(EventFormat.NDJSON, EventFormat.of("application/x-ndjson"));
        assertEquals(EventFormat.NDJSON, EventFormat.of("Application/X-NDJSON ; charset=UTF-8"));
        assertEquals(EventFormat.JSON, EventFormat.of("application/json;charset=utf-8"));
        for (String other : new String[] { "application/yaml", "text/plain", "", null }) {
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> EventFormat.of(other));
            assertThat(e.getMessage(), containsString("]; wanted [application/x-ndjson] or [application/json]"));
        }
    }
}
