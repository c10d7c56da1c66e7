package org.opensearch.affinity.integ.bench.encode;

import org.opensearch.affinity.integ.bench.common.Machine;
import org.opensearch.affinity.integ.bench.common.Report;
import org.opensearch.affinity.integ.bench.common.Texts;
import org.opensearch.affinity.integ.bench.peers.PeersRun;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** How fast texts become vectors: in one process beside other ways, or in nodes beside another plugin. */
@Command(name = "encode")
public final class EncodeBench implements Callable<Integer> {
    @Option(names = "--peers")
    boolean peers;

    @Option(names = "--texts", paramLabel = "FILE")
    Path file;

    @Option(names = "--docs", paramLabel = "N")
    Integer docs;

    @Option(names = "--threads", defaultValue = "1", paramLabel = "N")
    int threads;

    @Option(names = "--seconds", paramLabel = "S")
    Integer seconds;

    @Option(names = "--slice", paramLabel = "N")
    Integer slice;

    @Option(names = "--batch-size", paramLabel = "N")
    Integer batchSize;

    @Option(names = "--heap", paramLabel = "SIZE")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public Integer call() throws IOException {
        check();
        Texts sample = (file == null ? Texts.ofThisMachine() : Texts.read(file)).sample(docs);
        Report report = new Report(Path.of(System.getProperty("affinity.target", "target")).toAbsolutePath(), Machine.here(), sample, threads);
        screen.print(screen.dim("   " + report.machine()));
        if (peers) {
            new PeersRun(screen, report, seconds, batchSize, heap).run();
        } else {
            new EncodeRun(screen, report, seconds, slice).run();
        }
        return 0;
    }

    /** Fills in what was not given; what does not fit together is an error. */
    void check() {
        docs = atLeastOne("--docs", docs, peers ? 1_000 : 512);
        seconds = atLeastOne("--seconds", seconds, peers ? 180 : 120);
        threads = atLeastOne("--threads", threads, 1);
        if (peers && slice != null) {
            throw new ParameterException(spec.commandLine(), "--slice means nothing with --peers: the node's queue decides");
        }
        if (peers == false && (batchSize != null || heap != null)) {
            throw new ParameterException(spec.commandLine(), (batchSize != null ? "--batch-size" : "--heap") + " needs --peers");
        }
        slice = atLeastOne("--slice", slice, 128);
        batchSize = atLeastOne("--batch-size", batchSize, 64);
        heap = heap == null ? "1g" : heap;
    }

    private int atLeastOne(String option, Integer given, int otherwise) {
        if (given != null && given < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, got " + given);
        }
        return given == null ? otherwise : given;
    }
}
