package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Figures;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** How well methods that learn from behaviour find what people take next, and how well ratings are predicted. */
@Command(name = "learn")
public final class LearnBench implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR")
    Path folder;

    @Option(names = "--threads", defaultValue = "2", paramLabel = "N")
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
    public Integer call() throws IOException {
        check();
        run(Figures.here());
        return 0;
    }

    /** What people take, and, where they said how they liked it, what they would say. */
    void run(Figures figures) throws IOException {
        screen.print(screen.dim("   " + figures.machine()));
        String name = folder.toAbsolutePath().normalize().getFileName().toString();
        ObjectNode json = figures.json().put("set", name);
        Optional<RatingSet> ratings = RatingSet.open(folder);
        if (ratings.isEmpty() || DataSet.open(folder).asks(Split.TEST)) {
            json.setAll(new LearnRun(screen, read(), threads).run());
        }
        if (ratings.isPresent()) {
            screen.print(" " + ratings.get());
            json.set("ratings", new RatingRun(screen, ratings.get(), threads).run());
        }
        screen.print(screen.dim(" full precision in " + figures.write("learn-" + name + ".json", json)));
    }

    private LearnSet read() throws IOException {
        try (Step step = screen.step("Reading " + folder)) {
            LearnSet set = LearnSet.open(folder);
            step.done(set.toString());
            return set;
        }
    }

    /** Nobody can learn with no thread. */
    void check() {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1, got " + threads);
        }
    }
}
