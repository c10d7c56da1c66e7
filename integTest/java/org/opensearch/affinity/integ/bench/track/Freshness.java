package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures the delay from an event to a changed ranking: a new user acts on one item, and from the acknowledgement of the event on the
 * user's search is repeated until that item is first. Events of other users are written all the time.
 */
final class Freshness {
    private static final int BULKS_PER_SECOND = 20;
    private static final long INTERVAL_MILLIS = 4;
    private static final int MOST_PAUSE_MILLIS = 100;
    private static final double TIMEOUT_SECONDS = 60;

    private final TrackedLog log;
    private final Iterator<String> others;
    private final SplittableRandom random = new SplittableRandom(5);
    private int probes;

    /** @param others events of other users */
    Freshness(TrackedLog log, Iterator<String> others) {
        this.log = log;
        this.others = others;
    }

    /**
     * The measurement at one rate.
     *
     * @param delays from the acknowledgement of an event until the answer of a search whose ranking it changed
     * @param rate   events of other users per second that were written
     */
    record Measured(Latencies delays, double rate) {}

    /**
     * Measures at one rate.
     *
     * @param rate    events of other users per second
     * @param warmUp  seconds before the measurement
     * @param seconds of the measurement
     */
    Measured measure(int rate, double warmUp, double seconds, Step step) throws IOException {
        AtomicLong written = new AtomicLong();
        Latencies delays = new Latencies();
        try (ScheduledExecutorService feeder = Executors.newSingleThreadScheduledExecutor(); SearchClient client = new SearchClient()) {
            Future<?> feeding = feeder.scheduleAtFixedRate(
                () -> written.addAndGet(bulk(rate / BULKS_PER_SECOND)), 0, TimeUnit.SECONDS.toMicros(1) / BULKS_PER_SECOND,
                    TimeUnit.MICROSECONDS);
            double begin = step.seconds();
            while (step.seconds() - begin < warmUp) {
                probe(client, feeding);
            }
            long before = written.get();
            double counted = step.seconds();
            while (step.seconds() - counted < seconds) {
                delays.add(probe(client, feeding));
                step.now(rate + " events/s, " + delays.count() + " probes");
            }
            double span = step.seconds() - counted;
            feeder.shutdownNow();
            return new Measured(delays, (written.get() - before) / span);
        }
    }

    private int bulk(int size) {
        List<String> bulk = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            bulk.add(others.next());
        }
        log.feed().write(bulk);
        return size;
    }

    /** Returns the delay of one event in nanoseconds. */
    private long probe(SearchClient client, Future<?> feeding) throws IOException {
        sleep(random.nextInt(MOST_PAUSE_MILLIS));
        String user = "probe-" + probes;
        // Not the first item, which is first without a profile.
        String item = "item-" + (1 + probes++ % (ClusteredItems.SHELVED - 1));
        HttpRequest search = search(user);
        if (first(client.ask(search)).equals(item)) {
            throw new IOException(item + " is first for a user without events");
        }
        log.rest().post("/" + log.name() + "/_doc", GeneratedLog.event(user, "purchase", item, System.currentTimeMillis()));
        long acknowledged = System.nanoTime();
        while (first(client.ask(search)).equals(item) == false) {
            if ((System.nanoTime() - acknowledged) / 1e9 > TIMEOUT_SECONDS) {
                throw new IOException("after " + TIMEOUT_SECONDS + " s an event has not changed its user's ranking");
            }
            if (feeding.isDone()) {
                throw failed(feeding);
            }
            sleep(INTERVAL_MILLIS);
        }
        return System.nanoTime() - acknowledged;
    }

    /** A search that ranks by affinity alone, without popularity. */
    private HttpRequest search(String user) {
        URI uri = log.rest().base().resolve("/" + log.items() + "/_search");
        return SearchClient.request(uri, """
            {"size":1,"_source":false,"query":{"term":{"%s":"first"}},"rescore":{"window_size":%d,"affinity":{
             "tracker":"%s","user":"%s","own_items":1,"signals":{"popularity":0}}}}""".formatted(
            ClusteredItems.SHELF, ClusteredItems.SHELVED, log.name(), user));
    }

    private static String first(SearchClient.Answer answer) throws IOException {
        JsonNode hit = Rest.JSON.readTree(answer.body()).path("hits").path("hits").path(0).path("_id");
        if (hit.isMissingNode()) {
            throw new IOException("a search found nothing: " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return hit.asText();
    }

    private static IOException failed(Future<?> feeding) {
        try {
            feeding.get();
            return new IOException("the writing of other events has ended");
        } catch (ExecutionException e) {
            return new IOException("other events cannot be written: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new IOException("interrupted", e);
        }
    }

    private static void sleep(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
