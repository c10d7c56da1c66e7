package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Quality of the methods that learn from behaviour: next items, and ratings where the data set has some. */
@Command(
    name = "learn",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "How well methods that learn from behaviour alone predict the next items of users, beside published results. Settings are chosen "
            + "on a held-out part; the test part is scored once. Where events carry event_attributes.rating, also how well ratings are "
            + "predicted. Minutes.",
        "" })
public final class LearnBench implements Program {
    @Parameters(index = "0", paramLabel = "DIR", description = "A data set: beauty, gowalla, ml-latest-small (see docs/benchmarks.md).")
    Path folder;

    @Option(
        names = "--threads",
        defaultValue = "2",
        paramLabel = "N",
        description = "Threads that learn (${DEFAULT-VALUE}); results do not depend on it.")
    int threads;

    @Spec
    private CommandSpec spec;

    private final Screen screen;

    LearnBench() {
        this(Screen.standard());
    }

    LearnBench(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void check() {
        ArgumentCheck arguments = new ArgumentCheck(spec);
        arguments.folder(folder);
        arguments.atLeast("--threads", threads, 1);
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(2_560, 4_096, BuiltPlugin.target());
    }

    /** The vector module, as in a node: dot products run on vector registers. */
    @Override
    public List<String> jvmOptions() {
        return List.of("--add-modules=jdk.incubator.vector");
    }

    @Override
    public Integer call() throws IOException {
        run(ResultFiles.here());
        return 0;
    }

    /** Measures next items, and ratings where the set has some, and writes the file. */
    void run(ResultFiles results) throws IOException {
        screen.print(screen.dim("   " + results.machine()));
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        ObjectNode json = results.json().put("set", name);
        Optional<RatingSet> ratings = RatingSet.open(folder);
        if (ratings.isEmpty() || DataSet.open(folder).hasQueries(Split.TEST)) {
            json.setAll(new LearnRun(screen, read(), threads).run());
        }
        if (ratings.isPresent()) {
            screen.print(" " + ratings.get());
            json.set("ratings", new RatingRun(screen, ratings.get(), threads).run());
        }
        screen.print(screen.dim(" full precision in " + results.write("learn-" + name + ".json", json)));
    }

    private LearnSet read() throws IOException {
        try (Step step = screen.step("Reading " + folder)) {
            LearnSet set = LearnSet.open(folder);
            step.done(set.toString());
            return set;
        }
    }
}
