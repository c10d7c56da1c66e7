package org.opensearch.affinity.integ;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How well methods that learn from behaviour find what people take next. */
@Command(name = "learn")
final class LearnBench implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR")
    Path folder;

    @Option(names = "--threads", defaultValue = "2", paramLabel = "N")
    int threads;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public Integer call() throws IOException {
        check();
        Figures figures = Figures.here();
        screen.print(screen.dim("   " + figures.machine()));
        new LearnRun(screen, figures, read(), threads).run();
        return 0;
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
