package org.opensearch.affinity.integ.bench.track;

import org.opensearch.affinity.integ.bench.common.Figures;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** How quickly events become profiles, and what that costs those who write events. */
@Command(name = "track")
public final class TrackBench implements Callable<Integer> {
    private static final Path USUAL_DATA = Path.of("../shared/data/online-retail");

    @Option(names = "--data", paramLabel = "DIR")
    Path data;

    @Option(names = "--events", defaultValue = "1000000", paramLabel = "N")
    int events;

    @Option(names = "--users", defaultValue = "1000000", paramLabel = "N")
    int users;

    @Option(names = "--rounds", defaultValue = "5", paramLabel = "N")
    int rounds;

    @Option(names = "--seconds", defaultValue = "30", paramLabel = "S")
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
        new TrackRun(screen, figures, dataSet(), events, users, rounds, seconds, heap).run();
        return 0;
    }

    /** Null, and said so, when there is none in the usual place; one that was named must be there. */
    private DataSet dataSet() throws IOException {
        if (data == null && Files.isDirectory(USUAL_DATA) == false) {
            screen.print(screen.dim("   no real log is replayed: give one with --data DIR"));
            return null;
        }
        return DataSet.open(data == null ? USUAL_DATA : data);
    }

    /** What cannot be measured is an error. */
    void check() {
        require(events >= 10_000, "--events must be at least 10000, got " + events);
        require(users >= 1_000, "--users must be at least 1000, got " + users);
        require(rounds >= 1, "--rounds must be at least 1, got " + rounds);
        require(seconds >= 1, "--seconds must be at least 1, got " + seconds);
    }

    private void require(boolean right, String message) {
        if (right == false) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
