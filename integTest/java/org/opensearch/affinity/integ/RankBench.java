package org.opensearch.affinity.integ;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What personalised rescoring costs a search, for shards of several sizes. */
@Command(name = "rank")
final class RankBench implements Callable<Integer> {
    @Option(names = "--docs", split = ",", defaultValue = "20000,200000", paramLabel = "N")
    List<Integer> docs;

    @Option(names = "--seconds", defaultValue = "60", paramLabel = "S")
    int seconds;

    @Option(names = "--window", defaultValue = "1000", paramLabel = "N")
    int window;

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
        new RankRun(screen, figures, knn, docs, seconds, window, heap).run();
        return 0;
    }

    /** What cannot be measured is an error. */
    void check() {
        for (int count : docs) {
            require(count >= VectorShop.CLUSTERED && count >= window, "--docs must be at least " + Math.max(VectorShop.CLUSTERED, window) + ", got " + count);
        }
        require(docs.stream().distinct().count() == docs.size(), "--docs must differ, got " + docs);
        require(seconds >= 1, "--seconds must be at least 1, got " + seconds);
        require(window >= 1 && window <= 10_000, "--window must be from 1 to 10000, got " + window);
    }

    private void require(boolean right, String message) {
        if (right == false) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
