package org.opensearch.affinity.integ.bench;

import org.opensearch.affinity.integ.bench.encode.EncodeBench;
import org.opensearch.affinity.integ.bench.learn.LearnBench;
import org.opensearch.affinity.integ.bench.quality.QualityBench;
import org.opensearch.affinity.integ.bench.rescore.RescoreBench;
import org.opensearch.affinity.integ.bench.soak.SoakBench;
import org.opensearch.affinity.integ.bench.track.TrackBench;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine;

import java.io.UncheckedIOException;

/** Measurements on this machine. The script {@code bench} starts it and says what the options mean. */
@Command(
    name = "./bench",
    subcommands = { EncodeBench.class, LearnBench.class, QualityBench.class, RescoreBench.class, SoakBench.class, TrackBench.class }
)
public final class Bench {
    private final Screen screen = Screen.standard();

    /** Ends with status 0 when all went well, 1 when something failed or was asked wrongly. */
    public static void main(String[] args) {
        Bench bench = new Bench();
        System.exit(bench.line().execute(args));
    }

    CommandLine line() {
        return new CommandLine(this).setExecutionExceptionHandler((failure, command, parsed) -> failed(failure))
            .setParameterExceptionHandler((wrong, given) -> failed(wrong));
    }

    private int failed(Exception failure) {
        Throwable cause = failure instanceof UncheckedIOException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause instanceof RestFailure refused ? refused.brief() : cause.getMessage();
        screen.print(screen.bad(" ✘ " + (message == null ? failure.toString() : message)));
        if (System.getenv("BENCH_TRACE") != null) {
            failure.printStackTrace();
        }
        return 1;
    }
}
