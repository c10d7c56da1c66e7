package org.opensearch.affinity.integ.bench.rescore;

import org.opensearch.affinity.integ.bench.common.PeerPlugins;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.List;

/** Cost of personalised rescoring, beside plain searches and beside other ways to personalise. */
@Command(
    name = "rescore",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "What personalised rescoring costs a search, beside the same search without it, beside scripts over the vectors of k-NN and beside "
            + "a client that ranks: one node, in turns over the same queries. Index size, window, interests, shards and clients are "
            + "varied one at a time; the first value of each list is kept while others are varied. Shows which targets are met.",
        "Fetches the k-NN plugin (6 MB) from the Maven repository, once. About a quarter of an hour, much of it for indexing a million "
            + "documents; with --docs 20000 a few minutes.",
        "" })
public final class RescoreBench implements Program {
    @Option(
        names = "--docs",
        split = ",",
        defaultValue = "20000,1000000",
        paramLabel = "N",
        description = "Documents of the index, one size after another (${DEFAULT-VALUE}).")
    List<Integer> docs;

    @Option(
        names = "--windows",
        split = ",",
        defaultValue = "1000,100",
        paramLabel = "N",
        description = "Documents of each shard that are rescored (${DEFAULT-VALUE}).")
    List<Integer> windows;

    @Option(
        names = "--interests",
        split = ",",
        defaultValue = "4,1,8",
        paramLabel = "N",
        description = "Interests of the users (${DEFAULT-VALUE}).")
    List<Integer> interests;

    @Option(
        names = "--shards",
        split = ",",
        defaultValue = "1,3",
        paramLabel = "N",
        description = "Shards of the index (${DEFAULT-VALUE}).")
    List<Integer> shards;

    @Option(
        names = "--clients",
        split = ",",
        defaultValue = "1,8",
        paramLabel = "N",
        description = "Clients that search at the same time (${DEFAULT-VALUE}).")
    List<Integer> clients;

    @Option(names = "--all", description = "Measure every combination instead of one change at a time.")
    boolean all;

    @Option(
        names = "--seconds",
        defaultValue = "15",
        paramLabel = "S",
        description = "Approximate time of searching for each combination, after 0.4 of it to warm up (${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--heap", defaultValue = "2g", paramLabel = "SIZE", description = "Heap of the node (${DEFAULT-VALUE}).")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(8_192, 16_384, BuiltPlugin.target());
    }

    /** The stages of rescoring run here as in a node, with Lucene's SIMD; the client that ranks holds a vector for each document. */
    @Override
    public List<String> jvmOptions() {
        return List.of("-Xmx3g", "--add-modules=jdk.incubator.vector");
    }

    @Override
    public Integer call() throws IOException {
        ResultFiles figures = ResultFiles.here();
        screen.print(screen.dim("   " + figures.machine()));
        new RescoreRun(screen, figures, new PeerPlugins(screen).fetchKnn(), cells(), seconds, heap).run();
        return 0;
    }

    List<RescoreCell> cells() {
        return RescoreCell.plan(docs, windows, interests, shards, clients, all);
    }

    @Override
    public void check() {
        requireEach("--windows", windows, 1, 10_000);
        requireEach("--interests", interests, 1, RescoreIndex.MOST_INTERESTS);
        requireEach("--shards", shards, 1, 16);
        requireEach("--clients", clients, 1, 64);
        // A query finds about a fifth of each shard's documents, and its windows must be full.
        int window = windows.stream().max(Integer::compare).orElseThrow();
        int parts = shards.stream().max(Integer::compare).orElseThrow();
        int least = Math.max(SyntheticShop.clustered(interests), 5 * window * parts);
        requireEach("--docs", docs, least, Integer.MAX_VALUE);
        new ArgumentCheck(spec).atLeast("--seconds", seconds, 1);
    }

    private void requireEach(String option, List<Integer> values, int least, int most) {
        ArgumentCheck arguments = new ArgumentCheck(spec);
        arguments.require(values.stream().distinct().count() == values.size(), option + " must differ, got " + values);
        for (int value : values) {
            String bounds = most == Integer.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
            arguments.require(value >= least && value <= most, option + " must be " + bounds + ", got " + value);
        }
    }
}
