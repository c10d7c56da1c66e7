package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What a personalised search costs beside the same search without, and beside what scripts do: one node, one shard, one
 * client that asks one search after another, all kinds of search in turns over the same queries.
 */
final class RankRun {
    private static final int QUERIES = 200;
    /** Searches of one kind before the next kind's turn: enough for the node's CPU time to be read. */
    private static final int TURN = 50;
    private static final int LEAST_ROUNDS = 3;
    private static final double WARM_UP_SHARE = 0.35;
    private static final String PIPELINE = "personal";

    private final Screen screen;
    private final Figures figures;
    private final Path knn;
    private final List<Integer> sizes;
    private final int seconds;
    private final int window;
    private final String heap;
    private final Path work;

    /**
     * @param knn     the k-NN plugin's zip
     * @param sizes   documents of the shard
     * @param seconds of searching for each size, after a warm-up
     */
    RankRun(Screen screen, Figures figures, Path knn, List<Integer> sizes, int seconds, int window, String heap) {
        this.screen = screen;
        this.figures = figures;
        this.knn = knn;
        this.sizes = sizes;
        this.seconds = seconds;
        this.window = window;
        this.heap = heap;
        this.work = figures.target().resolve("rank");
    }

    /** A kind of search with all its requests, made before anything is measured. */
    private record Prepared(SearchKind kind, List<HttpRequest> requests) {}

    void run() throws IOException {
        ObjectNode json = figures.json();
        json.put("window", window).put("interests", VectorShop.INTERESTS).put("dimension", VectorShop.DIMENSION).put("users", VectorShop.USERS);
        ObjectNode corpora = json.putObject("docs");
        OpenSearchHome home = install();
        try (Node node = BenchNode.start(screen, home, "rank", work.resolve("node"), heap)) {
            List<Double> added = new ArrayList<>();
            for (int size : sizes) {
                RankFigures measured = measure(node, size);
                measured.write(corpora);
                added.add(measured.added(SearchKind.RESCORE));
                // After each size, since the next may take long.
                json.put("added_ms_most_over_least", added.stream().max(Double::compare).orElseThrow() / added.stream().min(Double::compare).orElseThrow());
                figures.write("rank.json", json);
            }
        }
        screen.print(screen.dim(" added: to the p50 of BM25 alone; ratio: of p99 to that of BM25 alone; CPU: of the node, a search, median over rounds"));
        screen.print(screen.dim(" full precision in " + figures.write("rank.json", json)));
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing plugins")) {
            Path ours = Path.of(System.getProperty("affinity.zip"));
            OpenSearchHome home = OpenSearchHome.install(Path.of(System.getProperty("affinity.distribution")), List.of(knn, ours), work);
            step.done("our plugin and k-NN installed into a copy of OpenSearch");
            return home;
        }
    }

    private RankFigures measure(Node node, int size) throws IOException {
        VectorShop shop = new VectorShop(size);
        RankShard shard = new RankShard(screen, node.rest(), shop);
        shard.fill();
        shard.track();
        node.rest().put("/_search/pipeline/" + PIPELINE, """
            {"request_processors":[{"affinity":{"tracker":"%s","window_size":%d}}]}""".formatted(shard.tracker(), window));
        List<Prepared> prepared = SearchKind.all(shard.tracker(), PIPELINE, window).stream().map(kind -> prepare(node, shard, kind)).toList();
        RankFigures measured = new RankFigures(size, shard.segments());
        try (SearchClient client = new SearchClient()) {
            check(client, prepared);
            race(node, client, prepared, measured);
        }
        shard.drop();
        print(prepared, measured);
        return measured;
    }

    private static Prepared prepare(Node node, RankShard shard, SearchKind kind) {
        URI uri = node.rest().base().resolve("/" + shard.index() + "/_search" + kind.parameters());
        return new Prepared(kind, IntStream.range(0, QUERIES).mapToObj(i -> SearchClient.request(uri, kind.body(i))).toList());
    }

    /** Whoever claims to rank anew must do so, and the window must be full: else the figures say nothing. */
    private void check(SearchClient client, List<Prepared> prepared) throws IOException {
        JsonNode plain = null;
        for (Prepared each : prepared) {
            JsonNode answer = Rest.JSON.readTree(client.ask(each.requests().getFirst()).body());
            plain = plain == null ? answer : plain;
            if (answer.path("hits").path("total").path("value").asInt() < window) {
                throw new IOException("fewer than " + window + " hits for " + each.kind().body(0));
            }
            boolean alike = answer.path("hits").path("hits").equals(plain.path("hits").path("hits"));
            boolean meant = each.kind().key().equals(SearchKind.PLAIN) || each.kind().key().equals(SearchKind.WINDOW);
            if (alike != meant) {
                throw new IOException(each.kind().title() + (meant ? " changed the ranking" : " changed nothing") + ": " + answer);
            }
        }
    }

    private void race(Node node, SearchClient client, List<Prepared> prepared, RankFigures measured) throws IOException {
        try (Step step = screen.step("Searching")) {
            step.now("warming up");
            RankFigures ignored = new RankFigures(measured.docs(), 0);
            for (int round = 0; round == 0 || step.seconds() < WARM_UP_SHARE * seconds; round++) {
                round(node, client, prepared, round, ignored);
            }
            double begin = step.seconds();
            int round = 0;
            for (; round < LEAST_ROUNDS || step.seconds() - begin < seconds; round++) {
                step.now("round " + (round + 1));
                round(node, client, prepared, round, measured);
            }
            step.done(String.format(Locale.ROOT, "%d rounds of %d searches of each kind, over %,d documents", round, TURN, measured.docs()));
        }
    }

    /** Everybody's turn with the same queries; who begins changes from round to round. */
    private static void round(Node node, SearchClient client, List<Prepared> prepared, int round, RankFigures measured) throws IOException {
        for (int i = 0; i < prepared.size(); i++) {
            Prepared turn = prepared.get((round + i) % prepared.size());
            double cpu = node.cpuSeconds();
            long wall = System.nanoTime();
            for (int k = 0; k < TURN; k++) {
                measured.add(turn.kind().key(), client.ask(turn.requests().get((round * TURN + k) % QUERIES)));
            }
            double wallSeconds = (System.nanoTime() - wall) / 1e9;
            measured.add(turn.kind().key(), new Lap(TURN, node.cpuSeconds() - cpu, wallSeconds));
        }
    }

    private void print(List<Prepared> prepared, RankFigures measured) {
        screen.print("");
        screen.print(new RankTable(prepared.stream().map(Prepared::kind).toList(), measured).toString());
        for (String script : SearchKind.SCRIPTS) {
            String compared = "%s adds %.1f times as much as rescore.affinity; beyond the window that both need, %.1f times, in CPU time %.1f times";
            screen.print(
                screen.accent(
                    " " + String.format(
                        Locale.ROOT, compared, script, measured.scriptRatio(script), measured.scriptRatioBeyondWindow(script),
                        measured.scriptCpuRatioBeyondWindow(script)
                    )
                )
            );
        }
        if (measured.late() > 0) {
            screen.print(screen.bad(" " + measured.late() + " personalised searches were answered without the profile, which came too late"));
        }
    }
}
