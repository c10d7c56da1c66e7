package org.opensearch.affinity.integ.bench.common;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An HTTP client that sends one search after another over one persistent connection. */
public final class SearchClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * An answer.
     *
     * @param nanos  latency in nanoseconds, with the transfer of the body
     * @param warned whether the node sent a warning, for example that it ranked without the profile
     */
    public record Answer(byte[] body, long nanos, boolean warned) {}

    /** A search, to be sent any number of times. */
    public static HttpRequest request(URI uri, String body) {
        return HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
            .build();
    }

    /** @throws IOException when the node answers with an error */
    public Answer ask(HttpRequest request) throws IOException {
        long begin = System.nanoTime();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        long nanos = System.nanoTime() - begin;
        if (response.statusCode() >= 400) {
            String answer = new String(response.body(), StandardCharsets.UTF_8);
            throw new IOException(request.uri() + " answered " + response.statusCode() + ": " + answer);
        }
        return new Answer(response.body(), nanos, response.headers().firstValue("Warning").isPresent());
    }

    @Override
    public void close() {
        http.close();
    }
}
