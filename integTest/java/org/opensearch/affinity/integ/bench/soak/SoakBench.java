package org.opensearch.affinity.integ.bench.soak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Machine;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;

/** Whether the encoder gives back all memory that it takes, over many batches. */
@Command(name = "soak")
public final class SoakBench implements Callable<Integer> {
    private static final int LEAST = 1_000;

    @Option(names = "--batches", defaultValue = "100000", paramLabel = "N")
    int batches;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();
    private final Path target = Path.of(System.getProperty("affinity.target", "target")).toAbsolutePath();

    /** @throws IOException when memory grew beyond its bound; the report is written before */
    @Override
    public Integer call() throws IOException {
        check();
        Machine machine = Machine.here();
        screen.print(screen.dim("   " + machine));
        screen.print(screen.bold(SoakPoint.HEADING));
        EncodeSoak soak = new EncodeSoak(target.resolve("native"), target.resolve("models"));
        SoakCurve curve = soak.run(batches, point -> screen.print(point.toString()));
        screen.print(screen.dim(" full precision in " + write(machine, curve)));
        if (curve.complaint().isPresent()) {
            throw new IOException(curve.complaint().get());
        }
        screen.print(screen.good(" ✔ ") + curve);
        return 0;
    }

    /** Fewer batches end before memory has settled. */
    void check() {
        if (batches < LEAST) {
            throw new ParameterException(spec.commandLine(), "--batches must be at least " + LEAST + ", got " + batches);
        }
    }

    private Path write(Machine machine, SoakCurve curve) throws IOException {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("command", System.getProperty("affinity.command", "./bench soak"));
        json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        json.set("machine", machine.json());
        json.setAll(curve.json());
        Path file = target.resolve("bench/soak.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, Rest.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        return target.getParent().relativize(file);
    }
}
