package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Writes events into a log as a site does: without ids, and with concurrent bulk requests, so that their order is only roughly kept.
 * Events that a busy node rejects (429) are retried.
 */
final class LogFeed {
    private static final int WRITERS = 2;
    private static final int BULK = 1_000;
    private static final long PAUSE_MILLIS = 50;

    private final Rest rest;
    private final String path;

    LogFeed(Rest rest, String index) {
        this.rest = rest;
        this.path = "/" + index + "/_bulk?filter_path=errors,items.*.status";
    }

    /**
     * Writes at most {@code count} events.
     *
     * @param progress receives the number of events written so far, after each bulk request
     * @return number and elapsed time, without CPU time
     */
    Measurement send(Iterator<String> events, long count, LongConsumer progress) throws IOException {
        AtomicLong total = new AtomicLong();
        AtomicLong left = new AtomicLong(count);
        long begin = System.nanoTime();
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> tasks = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                tasks.add(writers.submit(() -> {
                    for (List<String> bulk = take(events, left); bulk.isEmpty() == false; bulk = take(events, left)) {
                        write(bulk);
                        progress.accept(total.addAndGet(bulk.size()));
                    }
                }));
            }
            for (Future<?> task : tasks) {
                task.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the log was not written: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new Measurement(Math.toIntExact(total.get()), 0, (System.nanoTime() - begin) / 1e9);
    }

    private static List<String> take(Iterator<String> events, AtomicLong left) {
        List<String> bulk = new ArrayList<>(BULK);
        synchronized (events) {
            while (bulk.size() < BULK && left.get() > 0 && events.hasNext()) {
                bulk.add(events.next());
                left.decrementAndGet();
            }
        }
        return bulk;
    }

    /** Writes events with one bulk request, repeated until all are acknowledged. */
    void write(List<String> events) {
        List<String> unwritten = events;
        while (unwritten.isEmpty() == false) {
            StringBuilder lines = new StringBuilder();
            unwritten.forEach(event -> lines.append("{\"index\":{}}\n").append(event).append('\n'));
            JsonNode answer = rest.lines(path, lines.toString());
            unwritten = answer.path("errors").asBoolean() ? rejected(unwritten, answer.path("items")) : List.of();
            if (unwritten.isEmpty() == false) {
                pause();
            }
        }
    }

    private List<String> rejected(List<String> sent, JsonNode items) {
        List<String> again = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            int status = items.path(i).path("index").path("status").asInt();
            if (status == 429) {
                again.add(sent.get(i));
            } else if (status >= 400) {
                throw new RestFailure(status, path + " rejected an event: " + sent.get(i));
            }
        }
        return again;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestFailure(0, "interrupted while waiting for a busy node");
        }
    }
}
