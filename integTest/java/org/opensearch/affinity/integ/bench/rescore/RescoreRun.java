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

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All cells on one node. The items of a size are indexed once, and split where several shards are wanted.
 */
final class RescoreRun {
    private final Screen screen;
    private final ResultFiles figures;
    private final Path knn;
    private final List<RescoreCell> cells;
    private final int seconds;
    private final String heap;
    private final Path work;
    private final ObjectNode about;
    private final ArrayNode rows = Rest.JSON.createArrayNode();
    private final List<RescoreFigures> measured = new ArrayList<>();

    /**
     * @param knn     the k-NN plugin's zip
     * @param cells   those of one index one after another
     * @param seconds of searching for each, after a warm-up
     */
    RescoreRun(Screen screen, ResultFiles figures, Path knn, List<RescoreCell> cells, int seconds, String heap) {
        this.screen = screen;
        this.figures = figures;
        this.knn = knn;
        this.cells = cells;
        this.seconds = seconds;
        this.heap = heap;
        this.work = figures.target().resolve("rescore");
        about = figures.json();
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
                RescoreMeasurements laps = new RescoreMeasurements(screen, node, allocations, shop, index, seconds);
                RescoreStageTimes stages = new RescoreStageTimes(shop, index, folder.resolve("data"));
                for (int shards : shards(docs)) {
                    if (shards > 1) {
                        index.split(shards);
                    }
                    for (RescoreCell cell : cells.stream().filter(each -> each.docs() == docs && each.shards() == shards).toList()) {
                        measure(cell, laps, stages);
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
            step.done("our plugin and k-NN installed into a copy of OpenSearch");
            return home;
        }
    }

    private void measure(RescoreCell cell, RescoreMeasurements laps, RescoreStageTimes stages) throws IOException {
        screen.print("");
        screen.print(screen.bold(" " + cell));
        List<SearchMethod> contestants = laps.contestants(cell);
        RescoreFigures found = laps.run(cell, contestants);
        found.stages(stages.measure(cell));
        measured.add(found);
        screen.print(new RescoreTable(contestants, found).toString());
        screen.print(screen.dim(" " + found.stages()));
        if (found.late() > 0) {
            screen.print(screen.bad(" " + found.late() + " personalised searches were answered without the profile, which came too late"));
        }
        // After each cell, since the next may take long.
        rows.add(found.row());
        figures.write("rescore.json", rows);
    }

    private void conclude() throws IOException {
        RescoreTargets targets = new RescoreTargets(measured);
        targets.write(about.putArray("targets"));
        screen.print("");
        screen.print(new RescoreSummary(measured).toString());
        screen.print(screen.dim(" added: to the p50 of BM25 alone, ms; ratio: of p99 to that of BM25 alone; CPU and KB of heap: of the node, a search, median"));
        screen.print(screen.dim(" painless, knn_score, client: how many times as much they add as rescore.affinity"));
        targets.print(screen);
        Path about = figures.write("rescore-run.json", this.about);
        screen.print(screen.dim(" full precision in " + figures.write("rescore.json", rows) + ", machine and verdicts in " + about));
    }
}
