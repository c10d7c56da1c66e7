package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.BenchNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures throughput and delay of a tracker and its cost for indexing: one node, logs of one shard, items with generated vectors.
 */
final class TrackRun {
    private static final int ITEMS = 10_000;
    private static final int CLUSTERS = 200;
    private static final int BULK = 500;
    /** A round of indexing has this part of the generated log's events. */
    private static final int ROUNDS_PER_LOG = 10;
    private static final List<Integer> RATES = List.of(100, 1_000);
    private static final double WARM_UP_SHARE = 0.2;
    private static final String ITEM_INDEX = "items";

    private final Screen screen;
    private final ResultFiles results;
    private final DataSet data;
    private final int events;
    private final int users;
    private final int rounds;
    private final int seconds;
    private final String heap;
    private final Path work;
    private final TrackFigures measured = new TrackFigures();

    /**
     * @param data    a real log; null for none
     * @param events  number of events of the generated log
     * @param users   number of users that may occur in it
     * @param seconds of the measurement of delay, for each rate of events
     */
    TrackRun(Screen screen, ResultFiles results, DataSet data, int events, int users, int rounds, int seconds, String heap) {
        this.screen = screen;
        this.results = results;
        this.data = data;
        this.events = events;
        this.users = users;
        this.rounds = rounds;
        this.seconds = seconds;
        this.heap = heap;
        this.work = results.target().resolve("track");
    }

    void run() throws IOException {
        try (Node node = BenchNode.start(screen, install(), "track", work.resolve("node"), heap)) {
            stock(node.rest(), ITEM_INDEX, IntStream.range(0, ITEMS).mapToObj(number -> "item-" + number).toList());
            List<TrackedLog> stored = new ArrayList<>();
            stored.add(catchUp(node, new TrackedLog(node.rest(), "generated", ITEM_INDEX), log(0), events));
            if (data != null) {
                stored.add(replay(node));
            }
            stored.add(store(node.rest()));
            index(node);
            stayFresh(node);
            measureProfiles(stored);
        }
        screen.print("");
        screen.print(new TrackTables(measured).toString());
        String rest = " a profile of %d interests and %d events: %,.0f bytes on disk; used heap of the node: at most %,.0f MB of %s";
        double bytes = measured.bytesPerProfile(FourInterestLog.LOG);
        Object[] numbers = { FourInterestLog.INTERESTS, FourInterestLog.EVENTS, bytes, measured.heapMegabytes(), heap };
        screen.print(screen.accent(String.format(Locale.ROOT, rest, numbers)));
        screen.print(screen.dim(" full precision in " + write()));
    }

    /** Writes the file after each measurement, since the next one may take long. */
    private Path write() throws IOException {
        ObjectNode json = results.json();
        json.put("items", ITEMS).put("dimension", ClusteredItems.DIMENSION).put("population", users).put("heap", heap);
        measured.write(json);
        return results.write("track.json", json);
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing the plugin")) {
            OpenSearchHome home = OpenSearchHome.install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("plugin installed into a copy of OpenSearch");
            return home;
        }
    }

    private void stock(Rest rest, String index, List<String> ids) throws IOException {
        try (Step step = screen.step("Indexing items")) {
            rest.put("/" + index, """
                {"settings":{"number_of_shards":1,"number_of_replicas":0},
                 "mappings":{"properties":{"%s":{"type":"keyword"},"%s":{"type":"affinity_vector","dimension":%d}}}}""".formatted(
                ClusteredItems.SHELF, ClusteredItems.VECTOR, ClusteredItems.DIMENSION));
            new BulkFeed(rest, index, BULK).send(new ClusteredItems(CLUSTERS).documents(ids), done -> step.at(done, ids.size(), "items"));
            rest.post("/" + index + "/_refresh", null);
            step.done(String.format(Locale.ROOT, "%,d items in %d clusters", ids.size(), CLUSTERS));
        }
    }

    private GeneratedLog log(long seed) {
        return new GeneratedLog(users, ITEMS, CLUSTERS, seed);
    }

    private TrackedLog replay(Node node) throws IOException {
        String index = ITEM_INDEX + "-" + data.name();
        List<String> ids;
        try (Stream<ObjectNode> items = data.items()) {
            ids = items.map(item -> item.path("item_id").asText()).toList();
        }
        stock(node.rest(), index, ids);
        try (Stream<ObjectNode> log = data.events(Split.TEST)) {
            return catchUp(node, new TrackedLog(node.rest(), data.name(), index), log.map(ObjectNode::toString).iterator(), Long.MAX_VALUE);
        }
    }

    /** Writes a log and then defines its tracker. */
    private TrackedLog catchUp(Node node, TrackedLog log, Iterator<String> written, long count) throws IOException {
        log.open();
        Measurement indexed;
        try (Step step = screen.step("Indexing the log " + log.name())) {
            indexed = log.feed().send(written, count,
                done -> step.now(String.format(Locale.ROOT, "%,d events, %s/s", done, Step.rate(done / step.seconds()))));
            step.done(String.format(Locale.ROOT, "%,d events of the log %s, %s/s with no tracker", indexed.operations(), log.name(),
                Step.rate(indexed.perSecond())));
        }
        try (Step step = screen.step("Catching up")) {
            double cpu = node.cpuSeconds();
            long begin = System.nanoTime();
            log.track();
            log.await(indexed.operations(), progress -> {
                measured.heap(heapMegabytes(node.rest()));
                step.at(progress.read(), indexed.operations(), "events");
            });
            Measurement followed = new Measurement(indexed.operations(), node.cpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
            step.done("the tracker caught up, " + Step.rate(followed.perSecond()) + " events/s");
            measured.add(new CatchUp(log.name(), indexed, followed, log.stats()));
        }
        write();
        return log;
    }

    private static double heapMegabytes(Rest rest) {
        JsonNode nodes = rest.get("/_nodes/stats/jvm?filter_path=nodes.*.jvm.mem.heap_used_in_bytes").path("nodes");
        return nodes.elements().next().path("jvm").path("mem").path("heap_used_in_bytes").asDouble() / (1 << 20);
    }

    /** Writes the same events into a log without a tracker and into one with a tracker. A different one begins in each round. */
    private void index(Node node) throws IOException {
        int size = events / ROUNDS_PER_LOG;
        try (Step step = screen.step("Indexing while a tracker follows")) {
            // Round 0 is not counted.
            for (int round = 0; round <= rounds; round++) {
                step.now(round == 0 ? "warming up" : "round " + round + " of " + rounds);
                TrackedLog untracked = new TrackedLog(node.rest(), "untracked-" + round, ITEM_INDEX);
                TrackedLog tracked = new TrackedLog(node.rest(), "tracked-" + round, ITEM_INDEX);
                Measurement without = null;
                if (round % 2 == 0) {
                    without = fill(untracked, size, round);
                }
                tracked.open();
                tracked.track();
                tracked.awaitFollowing();
                Measurement with = tracked.feed().send(log(1 + round), size, progress -> {});
                long lag = TrackerProgress.of(node.rest(), tracked.name()).lag();
                tracked.await(size, progress -> {});
                tracked.drop();
                if (without == null) {
                    without = fill(untracked, size, round);
                }
                if (round > 0) {
                    measured.add(without, with, lag);
                }
            }
            step.done(String.format(Locale.ROOT, "%d rounds of %,d events without a tracker and with one", rounds, size));
        }
        write();
    }

    private Measurement fill(TrackedLog untracked, int size, int round) throws IOException {
        untracked.open();
        Measurement filled = untracked.feed().send(log(1 + round), size, progress -> {});
        untracked.rest().delete("/" + untracked.name());
        return filled;
    }

    private void stayFresh(Node node) throws IOException {
        TrackedLog log = new TrackedLog(node.rest(), "live", ITEM_INDEX);
        log.open();
        log.track();
        log.awaitFollowing();
        Freshness freshness = new Freshness(log, log(-1));
        for (int rate : RATES) {
            try (Step step = screen.step("Measuring the delay of events")) {
                Freshness.Measured fresh = freshness.measure(rate, WARM_UP_SHARE * seconds, seconds, step);
                measured.add(rate, fresh);
                step.done(String.format(Locale.ROOT, "%d events changed a ranking, beside %,.0f other events per second",
                    fresh.delays().count(), fresh.rate()));
            }
        }
        log.drop();
        write();
    }

    private TrackedLog store(Rest rest) throws IOException {
        TrackedLog log = new TrackedLog(rest, FourInterestLog.LOG, ITEM_INDEX);
        FourInterestLog generated = new FourInterestLog(CLUSTERS);
        log.open();
        try (Step step = screen.step("Building profiles")) {
            long count = log.feed().send(generated.events().iterator(), Long.MAX_VALUE, progress -> {}).operations();
            log.track();
            log.await(count, progress -> step.at(progress.read(), count, "events"));
            generated.check(log);
            step.done(String.format(Locale.ROOT, "%,d profiles with %d interests", FourInterestLog.USERS, FourInterestLog.INTERESTS));
        }
        return log;
    }

    private void measureProfiles(List<TrackedLog> logs) throws IOException {
        try (Step step = screen.step("Merging profiles")) {
            for (TrackedLog log : logs) {
                step.now(log.name());
                measured.bytesPerProfile(log.name(), log.bytesPerProfile());
            }
            step.done("profiles merged");
        }
    }
}
