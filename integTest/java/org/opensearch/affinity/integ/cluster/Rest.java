package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * An HTTP client of one node, for JSON. Thread-safe. Calls throw {@link RestFailure} for a status of 400 or more, and with status 0
 * when there is no answer. Bodies are JSON text or {@link JsonNode}; null sends none.
 */
public final class Rest {
    /** For all JSON of these tests and benchmarks. */
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final int MOST_BODY_CHARS = 2_000;

    private final URI base;
    private final Duration timeout;
    private final HttpClient http;

    /** @param base for example {@code http://127.0.0.1:9200} */
    public Rest(URI base) {
        this(base, TIMEOUT);
    }

    private Rest(URI base, Duration timeout) {
        this.base = base;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    }

    /** Where the node answers. */
    public URI base() {
        return base;
    }

    /** The same node, waited for so long at each call instead of two minutes. */
    public Rest patient(Duration longer) {
        return new Rest(base, longer);
    }

    /** GET. */
    public JsonNode get(String path) {
        return call("GET", path, null);
    }

    /** GET; empty for status 404. */
    public Optional<JsonNode> find(String path) {
        try {
            return Optional.of(get(path));
        } catch (RestFailure e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** PUT. */
    public JsonNode put(String path, Object body) {
        return call("PUT", path, body);
    }

    /** POST. */
    public JsonNode post(String path, Object body) {
        return call("POST", path, body);
    }

    /** DELETE. */
    public JsonNode delete(String path) {
        return call("DELETE", path, null);
    }

    /** POST of newline-delimited JSON, for {@code _bulk} and {@code _msearch}. */
    public JsonNode lines(String path, String ndjson) {
        return send("POST", path, ndjson, "application/x-ndjson");
    }

    /**
     * An answer with its warning.
     *
     * @param warning the text of its first {@code Warning} header, empty without one
     */
    public record Answer(JsonNode body, String warning) {}

    /** A call that returns the answer's warning too. */
    public Answer ask(String method, String path, Object body) {
        HttpResponse<byte[]> response = exchange(method, path, body == null ? null : body.toString(), "application/json");
        String header = response.headers().firstValue("Warning").orElse("");
        // 299 OpenSearch-3.6.0-abc "text"
        return new Answer(tree(response.body()), header.replaceFirst("^[^\"]*\"", "").replaceFirst("\"[^\"]*$", ""));
    }

    private JsonNode call(String method, String path, Object body) {
        return send(method, path, body == null ? null : body.toString(), "application/json");
    }

    private JsonNode send(String method, String path, String body, String type) {
        return tree(exchange(method, path, body, type).body());
    }

    private HttpResponse<byte[]> exchange(String method, String path, String body, String type) {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
            .timeout(timeout)
            .header("Content-Type", type)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new RestFailure(0, method + " " + path + " got no answer from " + base + ": " + why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestFailure(0, method + " " + path + " was interrupted");
        }
        if (response.statusCode() >= 400) {
            String brief = method + " " + path + " answered " + response.statusCode() + reason(response.body());
            throw new RestFailure(response.statusCode(), brief, shown(new String(response.body(), StandardCharsets.UTF_8)));
        }
        return response;
    }

    private static JsonNode tree(byte[] body) {
        try {
            return body.length == 0 ? JSON.nullNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(new String(body, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reason in an error of OpenSearch; empty for another body. */
    private static String reason(byte[] body) {
        JsonNode reason = tree(body).path("error").path("reason");
        return reason.isTextual() ? ": " + reason.asText() : "";
    }

    private static String shown(String text) {
        return text.length() <= MOST_BODY_CHARS ? text : text.substring(0, MOST_BODY_CHARS) + "…";
    }
}
