package org.opensearch.affinity.integ.bench;

import org.opensearch.affinity.integ.bench.encode.EncodeBench;
import org.opensearch.affinity.integ.bench.learn.LearnBench;
import org.opensearch.affinity.integ.bench.quality.QualityBench;
import org.opensearch.affinity.integ.bench.rescore.RescoreBench;
import org.opensearch.affinity.integ.bench.soak.SoakBench;
import org.opensearch.affinity.integ.bench.track.TrackBench;
import org.opensearch.affinity.integ.console.Launcher;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program of {@code ./bench}: its commands are the benchmarks. */
@Command(
    name = "./bench",
    synopsisSubcommandLabel = "COMMAND",
    description = { "Benchmarks of Affinity on this machine. Figures are shown, and written to target/bench/ at full precision.", "" },
    footer = {
        "",
        "./bench COMMAND --help lists the options of a command.",
        "Needs a JDK of 21 or later, Maven, 4 GB of disk and 2.5 GB of memory; rescore 16 GB and 8 GB; encode --peers 8 GB and 6 GB; "
            + "track 4 GB of each. Environment: NO_COLOR; BENCH_TRACE for stack traces." },
    subcommands = { EncodeBench.class, SoakBench.class, RescoreBench.class, TrackBench.class, LearnBench.class, QualityBench.class })
public final class Bench {
    @Option(names = { "-h", "--help" }, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    private boolean help;

    public static void main(String[] arguments) {
        System.exit(new Launcher(Screen.standard(), "BENCH_TRACE").run(new CommandLine(new Bench()), arguments));
    }
}
