package org.opensearch.affinity.integ.bench.encode;

import org.opensearch.affinity.integ.bench.common.EncodeReport;
import org.opensearch.affinity.integ.bench.common.Machine;
import org.opensearch.affinity.integ.bench.common.PeerPlugins;
import org.opensearch.affinity.integ.bench.common.Texts;
import org.opensearch.affinity.integ.bench.peers.PeersRun;
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

/** Throughput of the encoder: in one process beside other runtimes, or at ingest beside another plugin. */
@Command(
    name = "encode",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "Texts per second of the encoder, beside plain ways to run the same model in PyTorch and in ONNX Runtime: one process, equal "
            + "threads, in turns over the same texts.",
        "With --peers: documents per second at ingest, affinity_encode beside the text_embedding processor of neural-search with "
            + "ml-commons: nodes on loopback, equal threads, in turns over the same documents. Fetches the other plugins (0.5 GB) from "
            + "the Maven repository, once.",
        "" })
public final class EncodeBench implements Program {
    @Option(names = "--peers", description = "Compare plugins at ingest.")
    boolean peers;

    @Option(
        names = "--texts",
        paramLabel = "FILE",
        description = "One text per line, or a Debian control file with descriptions (this machine's package descriptions).")
    Path file;

    @Option(names = "--docs", paramLabel = "N", description = "Number of texts, drawn with a fixed seed (512; with --peers 1000).")
    Integer docs;

    @Option(
        names = "--threads",
        defaultValue = "1",
        paramLabel = "N",
        description = "Threads that encode, for each of the compared (${DEFAULT-VALUE}).")
    int threads;

    @Option(names = "--seconds", paramLabel = "S", description = "Approximate time, but at least three rounds (120; with --peers 180).")
    Integer seconds;

    @Option(
        names = "--slice",
        paramLabel = "N",
        description = "Texts that Affinity encodes at a time, as its queue does at ingest (128); not with --peers.")
    Integer slice;

    @Option(
        names = "--batch-size",
        paramLabel = "N",
        description = "A batch_size of text_embedding that is measured beside its default (64); only with --peers.")
    Integer batchSize;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of each node (1g); only with --peers.")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public void check() {
        ArgumentCheck arguments = new ArgumentCheck(spec);
        arguments.file(file);
        arguments.atLeast("--docs", docs, 1);
        arguments.atLeast("--threads", threads, 1);
        arguments.atLeast("--seconds", seconds, 1);
        arguments.atLeast("--slice", slice, 1);
        arguments.atLeast("--batch-size", batchSize, 1);
        arguments.require(peers == false || slice == null, "--slice cannot be combined with --peers: the node's queue decides");
        arguments.require(peers || batchSize == null, "--batch-size needs --peers");
        arguments.require(peers || heap == null, "--heap needs --peers");
        docs = docs != null ? docs : peers ? 1_000 : 512;
        seconds = seconds != null ? seconds : peers ? 180 : 120;
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(peers ? 6_144 : 2_560, peers ? 8_192 : 4_096, BuiltPlugin.target());
    }

    @Override
    public Integer call() throws IOException {
        if (peers) {
            new PeerPlugins(screen).fetchAll();
        }
        Texts sample = (file == null ? Texts.ofThisMachine() : Texts.read(file)).sample(docs);
        EncodeReport report = new EncodeReport(BuiltPlugin.target(), Machine.here(), sample, threads);
        screen.print(screen.dim("   " + report.machine()));
        if (peers) {
            new PeersRun(screen, report, seconds, batchSize == null ? 64 : batchSize, heap == null ? "1g" : heap).run();
        } else {
            new EncodeRun(screen, report, seconds, slice == null ? 128 : slice).run();
        }
        return 0;
    }
}
