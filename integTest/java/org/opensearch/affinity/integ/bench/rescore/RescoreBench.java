package org.opensearch.affinity.integ.bench.rescore;

import org.opensearch.affinity.integ.bench.common.Figures;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** What personalised rescoring costs a search, beside searches without it and beside what people do without us. */
@Command(name = "rescore")
public final class RescoreBench implements Callable<Integer> {
    @Option(names = "--docs", split = ",", defaultValue = "20000,1000000", paramLabel = "N")
    List<Integer> docs;

    @Option(names = "--windows", split = ",", defaultValue = "1000,100", paramLabel = "N")
    List<Integer> windows;

    @Option(names = "--interests", split = ",", defaultValue = "4,1,8", paramLabel = "N")
    List<Integer> interests;

    @Option(names = "--shards", split = ",", defaultValue = "1,3", paramLabel = "N")
    List<Integer> shards;

    @Option(names = "--clients", split = ",", defaultValue = "1,8", paramLabel = "N")
    List<Integer> clients;

    @Option(names = "--all")
    boolean all;

    @Option(names = "--seconds", defaultValue = "15", paramLabel = "S")
    int seconds;

    @Option(names = "--heap", defaultValue = "2g", paramLabel = "SIZE")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public Integer call() throws IOException {
        check();
        Figures figures = Figures.here();
        screen.print(screen.dim("   " + figures.machine()));
        Path knn = figures.target().resolve("peers/knn.zip");
        if (Files.exists(knn) == false) {
            throw new IOException("the k-NN plugin to compare with is missing: " + knn);
        }
        new RescoreRun(screen, figures, knn, cells(), seconds, heap).run();
        return 0;
    }

    List<RescoreCell> cells() {
        return RescoreCell.plan(docs, windows, interests, shards, clients, all);
    }

    /** What cannot be measured is an error. */
    void check() {
        requireEach("--windows", windows, 1, 10_000);
        requireEach("--interests", interests, 1, RescoreIndex.MOST_INTERESTS);
        requireEach("--shards", shards, 1, 16);
        requireEach("--clients", clients, 1, 64);
        // A query finds about a fifth of each shard's documents, and windows are to be full.
        int window = windows.stream().max(Integer::compare).orElseThrow();
        int parts = shards.stream().max(Integer::compare).orElseThrow();
        int least = Math.max(VectorShop.clustered(interests), 5 * window * parts);
        requireEach("--docs", docs, least, Integer.MAX_VALUE);
        require(seconds >= 1, "--seconds must be at least 1, got " + seconds);
    }

    private void requireEach(String option, List<Integer> values, int least, int most) {
        require(values.stream().distinct().count() == values.size(), option + " must differ, got " + values);
        for (int value : values) {
            String bounds = most == Integer.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
            require(value >= least && value <= most, option + " must be " + bounds + ", got " + value);
        }
    }

    private void require(boolean right, String message) {
        if (right == false) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
