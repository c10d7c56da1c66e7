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
 * JSON over HTTP to one node. Thread-safe. A status of 400 or more is a {@link RestFailure} that shows call, status and
 * body; so is no answer at all (status 0). Bodies are JSON text or {@link JsonNode}; null sends none.
 */
public final class Rest {
    /** Shared by everything that reads or writes JSON here. */
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int SHOWN_BODY = 2_000;

    private final URI base;
    private final Duration patience;
    private final HttpClient http;

    /** @param base for example {@code http://127.0.0.1:9200} */
    public Rest(URI base) {
        this(base, PATIENCE);
    }

    private Rest(URI base, Duration patience) {
        this.base = base;
        this.patience = patience;
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

    /** GET where a 404 is an answer, not an error. */
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

    /** POST of newline-delimited JSON, as {@code _bulk} and {@code _msearch} want it. */
    public JsonNode lines(String path, String ndjson) {
        return send("POST", path, ndjson, "application/x-ndjson");
    }

    /**
     * What a node answered.
     *
     * @param warning the text of its first {@code Warning} header, empty without one
     */
    public record Answer(JsonNode body, String warning) {}

    /** A call whose warning matters. */
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
            .timeout(patience)
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

    /** What an OpenSearch error says is wrong, nothing when the body is something else. */
    private static String reason(byte[] body) {
        JsonNode reason = tree(body).path("error").path("reason");
        return reason.isTextual() ? ": " + reason.asText() : "";
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_BODY ? text : text.substring(0, SHOWN_BODY) + "…";
    }
}
