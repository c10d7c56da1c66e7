package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.bench.concept.ConceptRun;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Split;
import org.opensearch.affinity.runtime.TorchRuntime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "DIR",
        description = "A data set: beauty, gowalla, ml-latest-small (see docs/benchmarks.md).")
    Path folder;

    @Option(
        names = "--sample",
        split = ",",
        paramLabel = "PART",
        description = "Instead: what a training learns of a log that is larger than its limit. The limits, as parts of the log, such as "
            + "1,0.5,0.1.")
    List<Double> parts;

    @Option(
        names = "--generated",
        split = ",",
        paramLabel = "N",
        description = "With --sample, instead of DIR: logs of invented users with so many events, such as 1000000,5000000.")
    List<Integer> generated;

    @Option(
        names = "--methods",
        split = ",",
        paramLabel = "KEY",
        description = "Only these methods for next items, such as neighbours,attention; with neighbours and another one also their blend.")
    Set<String> methods = Set.of();

    @Option(
        names = "--concepts",
        paramLabel = "K",
        description = "Instead: whether K concepts keep kinds of interests apart, are the same from other users and seeds, and agree with "
            + "categories.")
    Integer concepts;

    @Option(names = "--heap", defaultValue = "3072", paramLabel = "MB", description = "Heap of the command (${DEFAULT-VALUE}).")
    int heap;

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
        arguments.require((folder == null) != (generated == null), "name a DIR, or the sizes of logs that are --generated");
        arguments.folder(folder);
        arguments.require(generated == null || parts != null, "--generated needs --sample");
        arguments.require(parts == null || parts.stream().allMatch(part -> part > 0 && part <= 1), "--sample must be above 0 and at most 1");
        if (generated != null) {
            generated.forEach(events -> arguments.atLeast("--generated", events, 1_000));
        }
        arguments.require(LearnRun.METHODS.containsAll(methods), "--methods must be some of " + String.join(",", LearnRun.METHODS));
        arguments.require(concepts == null || parts == null, "--concepts does not go with --sample");
        if (concepts != null) {
            arguments.atLeast("--concepts", concepts, 2);
        }
        arguments.atLeast("--heap", heap, 256);
        arguments.atLeast("--threads", threads, 1);
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(1_536 + heap, 4_096, BuiltPlugin.target());
    }

    /** The vector module, as in a node: dot products run on vector registers. */
    @Override
    public List<String> jvmOptions() {
        return List.of("--add-modules=jdk.incubator.vector", "-Xmx" + heap + "m");
    }

    @Override
    public Integer call() throws IOException {
        if (concepts != null) {
            runConcepts(ResultFiles.here());
        } else if (parts == null) {
            run(ResultFiles.here());
        } else {
            runSamples(ResultFiles.here());
        }
        return 0;
    }

    /** Measures what a training learns of a part of a log, and writes the file. */
    private void runSamples(ResultFiles results) throws IOException {
        screen.print(screen.dim("   " + results.machine()));
        SampleRun run = new SampleRun(screen, parts, threads);
        if (folder != null) {
            run.add(new SetLog(read()));
        } else {
            generated.forEach(events -> run.add(new InventedLog(events)));
        }
        ObjectNode json = results.json().put("threads", threads).put("heap_mb", heap);
        json.set("samples", run.report());
        String name = folder == null ? "generated" : folder.toAbsolutePath().normalize().getFileName().toString();
        screen.print(screen.dim(" full precision in " + results.write("learn-sample-" + name + ".json", json)));
    }

    /** Measures how well concepts keep kinds of interests apart, and writes the file. */
    private void runConcepts(ResultFiles results) throws IOException {
        screen.print(screen.dim("   " + results.machine()));
        TorchRuntime torch = new TorchRuntime(BuiltPlugin.target().resolve("native"), 1);
        ConceptRun run = new ConceptRun(screen, read().test().training(), LearnSet.categories(folder), concepts, threads, torch::newManager);
        ObjectNode json = results.json().put("threads", threads);
        json.setAll(run.run());
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        screen.print(screen.dim(" full precision in " + results.write("learn-concepts-" + name + ".json", json)));
    }

    /** Measures next items, and ratings where the set has some, and writes the file. */
    void run(ResultFiles results) throws IOException {
        screen.print(screen.dim("   " + results.machine()));
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        ObjectNode json = results.json().put("set", name);
        Optional<RatingSet> ratings = RatingSet.open(folder);
        if (ratings.isEmpty() || DataSet.open(folder).hasQueries(Split.TEST)) {
            TorchRuntime torch = new TorchRuntime(BuiltPlugin.target().resolve("native"), 1);
            json.setAll(new LearnRun(screen, read(), threads, methods, torch::newManager).run());
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
