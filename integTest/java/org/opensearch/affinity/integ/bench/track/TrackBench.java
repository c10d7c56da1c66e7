package org.opensearch.affinity.integ.bench.track;

import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Throughput and delay of a tracker, and what it costs the indexing of events. */
@Command(
    name = "track",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "How fast a tracker turns a log into profiles, how much it slows the indexing of events, and how long an event takes to change a "
            + "ranking: one node, logs of one shard. About six minutes.",
        "" })
public final class TrackBench implements Program {
    private static final Path USUAL_DATA = Path.of("../shared/data/online-retail");

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "A data set, as ./demo takes it, whose log is replayed beside the generated one; its items get generated vectors "
            + "(../shared/data/online-retail, if present).")
    Path data;

    @Option(names = "--events", defaultValue = "1000000", paramLabel = "N", description = "Events of the generated log (${DEFAULT-VALUE}).")
    int events;

    @Option(
        names = "--users",
        defaultValue = "1000000",
        paramLabel = "N",
        description = "Users of the generated log, at most (${DEFAULT-VALUE}).")
    int users;

    @Option(
        names = "--rounds",
        defaultValue = "5",
        paramLabel = "N",
        description = "How often a tenth of the events is indexed without and with a tracker (${DEFAULT-VALUE}).")
    int rounds;

    @Option(
        names = "--seconds",
        defaultValue = "30",
        paramLabel = "S",
        description = "Time of the measurement of delay, at 100 and at 1,000 events per second each (${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--heap", defaultValue = "2g", paramLabel = "SIZE", description = "Heap of the node (${DEFAULT-VALUE}).")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public void check() {
        ArgumentCheck arguments = new ArgumentCheck(spec);
        arguments.folder(data);
        arguments.atLeast("--events", events, 10_000);
        arguments.atLeast("--users", users, 1_000);
        arguments.atLeast("--rounds", rounds, 1);
        arguments.atLeast("--seconds", seconds, 1);
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(4_096, 4_096, BuiltPlugin.target());
    }

    @Override
    public Integer call() throws IOException {
        ResultFiles results = ResultFiles.here();
        screen.print(screen.dim("   " + results.machine()));
        new TrackRun(screen, results, dataSet(), events, users, rounds, seconds, heap).run();
        return 0;
    }

    /** Returns null, after a message, when no data set was given and there is none in the usual place. */
    private DataSet dataSet() throws IOException {
        if (data == null && Files.isDirectory(USUAL_DATA) == false) {
            screen.print(screen.dim("   no real log is replayed: give one with --data DIR"));
            return null;
        }
        return DataSet.open(data == null ? USUAL_DATA : data);
    }
}
