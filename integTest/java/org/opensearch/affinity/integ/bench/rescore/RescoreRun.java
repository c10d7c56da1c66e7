package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.BenchNode;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.cluster.Allocations;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.network.EncodingTimes;
import org.opensearch.affinity.profile.History;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures all cells on one node. The items of each size are indexed once; the index is split for cells with several shards.
 */
final class RescoreRun {
    private final Screen screen;
    private final ResultFiles results;
    private final Path knn;
    private final List<RescoreCell> cells;
    private final int seconds;
    private final String heap;
    private final Path work;
    private final ObjectNode about;
    private final ArrayNode rows = Rest.JSON.createArrayNode();
    private final List<RescoreFigures> measured = new ArrayList<>();

    /**
     * @param knn     zip of the k-NN plugin
     * @param cells   in the order of {@link RescoreCell#plan}
     * @param seconds approximate time of searching for each cell, after a warm-up
     */
    RescoreRun(Screen screen, ResultFiles results, Path knn, List<RescoreCell> cells, int seconds, String heap) {
        this.screen = screen;
        this.results = results;
        this.knn = knn;
        this.cells = cells;
        this.seconds = seconds;
        this.heap = heap;
        this.work = results.target().resolve("rescore");
        about = results.json();
        about.put("dimension", SyntheticShop.DIMENSION).put("seconds", seconds).put("heap", heap);
    }

    void run() throws IOException {
        OpenSearchHome home = install();
        Path folder = work.resolve("node");
        try (
            Node node = BenchNode.start(screen, home, "rescore", folder, heap);
            Allocations allocations = Allocations.of(node.pid())
        ) {
            for (int docs : cells.stream().map(RescoreCell::docs).distinct().toList()) {
                SyntheticShop shop = new SyntheticShop(docs, cells.stream().map(RescoreCell::interests).distinct().sorted().toList());
                RescoreIndex index = new RescoreIndex(screen, node.rest(), shop);
                index.fill();
                index.track();
                index.train();
                RescoreMeasurements measurements = new RescoreMeasurements(screen, node, allocations, shop, index, seconds);
                RescoreStageTimes stages = new RescoreStageTimes(shop, index, folder.resolve("data"));
                for (int shards : shards(docs)) {
                    if (shards > 1) {
                        index.split(shards);
                    }
                    for (RescoreCell cell : cells.stream().filter(each -> each.docs() == docs && each.shards() == shards).toList()) {
                        List<SearchMethod> methods = measure(cell, measurements, stages);
                        if (cell.isCentral() && about.has("while_training") == false) {
                            about.set("while_training", whileTraining(node, index, methods));
                        }
                    }
                }
                index.drop();
            }
        }
        conclude();
    }

    private List<Integer> shards(int docs) {
        return cells.stream().filter(cell -> cell.docs() == docs).map(RescoreCell::shards).distinct().toList();
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing plugins")) {
            OpenSearchHome home = OpenSearchHome.install(BuiltPlugin.distribution(), List.of(knn, BuiltPlugin.zip()), work);
            step.done("the plugin and k-NN installed into a copy of OpenSearch");
            return home;
        }
    }

    private ObjectNode whileTraining(Node node, RescoreIndex index, List<SearchMethod> methods) throws IOException {
        SearchMethod personal = methods.stream().filter(method -> method.key().equals(SearchKind.RESCORE)).findAny().orElseThrow();
        return new SearchesWhileTraining(screen, node.rest(), index.tracker(), personal, seconds).measure();
    }

    private List<SearchMethod> measure(RescoreCell cell, RescoreMeasurements measurements, RescoreStageTimes stages) throws IOException {
        screen.print("");
        screen.print(screen.bold(" " + cell));
        List<SearchMethod> methods = measurements.methods(cell);
        RescoreFigures found = measurements.run(cell, methods);
        found.stages(stages.measure(cell));
        measured.add(found);
        screen.print(new RescoreTable(methods, found).toString());
        screen.print(screen.dim(" " + found.stages()));
        if (found.late() > 0) {
            screen.print(screen.bad(" " + found.late() + " personalised searches were answered without the profile, which came too late"));
        }
        // After each cell, since the next one may take long.
        rows.add(found.row());
        results.write("rescore.json", rows);
        return methods;
    }

    private void encodings() {
        double attention = EncodingTimes.attention();
        double vae = EncodingTimes.vae();
        about.putObject("encoding_micros").put("attention", attention).put("vae", vae);
        screen.print("");
        screen.print(String.format(Locale.ROOT, " a history of %d items is encoded in %.0f µs by attention, in %.0f by vae, on one thread",
            History.MAX, attention, vae));
    }

    private void conclude() throws IOException {
        encodings();
        RescoreTargets targets = new RescoreTargets(measured);
        targets.write(about.putArray("targets"));
        screen.print("");
        screen.print(new RescoreSummary(measured).toString());
        screen.print(screen.dim(" added: to the p50 of BM25 alone, ms; ratio: of p99 to that of BM25 alone"));
        screen.print(screen.dim(" CPU and KB of heap: of the node per search, median"));
        screen.print(screen.dim(" painless, knn_score, client: how many times as much they add as rescore.affinity"));
        targets.print(screen);
        Path about = results.write("rescore-run.json", this.about);
        screen.print(screen.dim(" full precision in " + results.write("rescore.json", rows) + ", machine and targets in " + about));
    }
}
