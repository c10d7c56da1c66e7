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

/** Asks one search after another over one connection that stays open. */
public final class SearchClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * @param nanos  from before it was sent until all of it was there
     * @param warned whether the node says that the result is not what was asked for
     */
    public record Answer(byte[] body, long nanos, boolean warned) {}

    public static HttpRequest request(URI uri, String body) {
        return HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
            .build();
    }

    /** @throws IOException if the node refuses */
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
