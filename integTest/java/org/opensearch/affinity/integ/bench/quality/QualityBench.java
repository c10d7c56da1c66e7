package org.opensearch.affinity.integ.bench.quality;

import org.opensearch.affinity.integ.bench.common.Figures;
import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.NewItems;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** How good rankings are on a data set. */
@Command(name = "quality")
public final class QualityBench implements Callable<Integer> {
    @Parameters(paramLabel = "DIR")
    Path data;

    @Option(names = "--split", defaultValue = "test", paramLabel = "test|valid")
    String split;

    @Option(names = "--queries", paramLabel = "N")
    Integer queries;

    @Option(names = "--users", split = ",", paramLabel = "GROUP")
    List<String> users = QualityReport.GROUPS;

    @Option(names = "--heap", defaultValue = "1g", paramLabel = "SIZE")
    String heap;

    @Option(names = "--untrained")
    boolean untrained;

    @Option(names = "--signals", split = ",", paramLabel = "NAME")
    List<String> signals = List.of();

    @Option(names = "--explore", split = ",", paramLabel = "W")
    List<Double> explore = List.of();

    @Option(names = "--meaning", paramLabel = "BOOST")
    Double meaning;

    @Option(names = "--again", paramLabel = "BOOST")
    Double again;

    @Option(names = "--new", paramLabel = "PART")
    Double part;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public Integer call() throws IOException {
        check();
        Figures figures = Figures.here();
        screen.print(screen.dim("   " + figures.machine()));
        DataSet whole = DataSet.open(data);
        DataSet set = part == null ? whole : whole.with(new NewItems(part));
        Split asked = Split.valueOf(split.toUpperCase(Locale.ROOT));
        if (set.asks(asked) == false) {
            throw new IOException(set.name() + " has no " + asked.word() + " queries: " + asked.queryFile() + ".jsonl.gz is missing in " + data);
        }
        new QualityRun(screen, figures, set, asked, queries == null ? Integer.MAX_VALUE : queries, users, heap, untrained == false, signals, explore, meaning, again).run();
        return 0;
    }

    /** What cannot be measured is an error. */
    void check() {
        require(split.equals("test") || split.equals("valid"), "--split must be test or valid, got " + split);
        require(queries == null || queries >= 1, "--queries must be at least 1, got " + queries);
        require(explore.stream().allMatch(weight -> weight > 0 && weight <= 20), "--explore must be above 0, at most 20, got " + explore);
        require(part == null || part > 0 && part < 1, "--new must be above 0 and below 1, got " + part);
        require(QualityReport.GROUPS.containsAll(users), "--users must be of " + QualityReport.GROUPS + ", got " + users);
    }

    private void require(boolean right, String message) {
        if (right == false) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
