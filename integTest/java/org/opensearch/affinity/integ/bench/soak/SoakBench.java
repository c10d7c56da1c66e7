package org.opensearch.affinity.integ.bench.soak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Growth of memory while the encoder runs many batches. */
@Command(
    name = "soak",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "Memory over many batches of the encoder, in one process. Ends with status 1 when resident memory or heap grew beyond the bound "
            + "that is shown, counted from the end of the first tenth. 10 to 30 minutes. Linux.",
        "" })
public final class SoakBench implements Program {
    /** With fewer, memory has not settled at the end. */
    private static final int LEAST_BATCHES = 1_000;

    @Option(names = "--batches", defaultValue = "100000", paramLabel = "N", description = "Number of batches (${DEFAULT-VALUE}).")
    int batches;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public void check() {
        new ArgumentCheck(spec).atLeast("--batches", batches, LEAST_BATCHES);
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(2_560, 4_096, BuiltPlugin.target());
    }

    /** All of the heap is resident from the start, so that resident memory grows by native memory only. */
    @Override
    public List<String> jvmOptions() {
        return List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
    }

    /** @throws IOException when memory grew beyond its bound; the report is written before */
    @Override
    public Integer call() throws IOException {
        ResultFiles figures = ResultFiles.here();
        screen.print(screen.dim("   " + figures.machine()));
        screen.print(screen.bold(SoakPoint.HEADING));
        Path target = BuiltPlugin.target();
        EncodeSoak soak = new EncodeSoak(target.resolve("native"), target.resolve("models"));
        SoakCurve curve = soak.run(batches, point -> screen.print(point.toString()));
        ObjectNode json = figures.json();
        json.setAll(curve.json());
        screen.print(screen.dim(" full precision in " + figures.write("soak.json", json)));
        if (curve.complaint().isPresent()) {
            throw new IOException(curve.complaint().get());
        }
        screen.print(screen.good(" ✔ ") + curve);
        return 0;
    }
}
