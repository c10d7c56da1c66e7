package org.opensearch.affinity.runtime;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.common.io.PathUtils;
import org.opensearch.test.MockLogAppender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

public class ForeignLibtorchTests extends EncodeTestCase {
    private static final String CODE = "7f2bd4a00000-7f2bd4b10000 r-xp 0001b000 fe:00 131090                     ";

    private static String library(String name) {
        return System.mapLibraryName(name);
    }

    /** A process with these lines in {@code /proc/self/maps}. */
    private static ForeignLibtorch process(String... maps) throws IOException {
        Path root = createTempDir();
        Files.writeString(Files.createDirectories(root.resolve("proc/self")).resolve("maps"), String.join("\n", maps) + "\n");
        return new ForeignLibtorch(root);
    }

    /** The real path of a folder with the libraries of a libtorch. */
    private static Path libtorch() throws IOException {
        Path folder = createTempDir().toRealPath();
        Files.createFile(folder.resolve(library("c10")));
        Files.createFile(folder.resolve(library("torch_cpu")));
        return folder;
    }

    public void testNoneIsLoaded() throws Exception {
        ForeignLibtorch process = process(
            "7ffd0a5e0000-7ffd0a601000 rw-p 00000000 00:00 0                          [stack]",
            "7f2bd4a00000-7f2bd4b10000 rw-p 00000000 00:00 0 ",
            CODE + "/usr/lib/libc.so.6",
            CODE + "/usr/lib/" + library("c10") + ".txt",
            CODE + "/usr/lib/" + library("notc10"),
            "nonsense"
        );
        assertEquals(Optional.empty(), process.loaded(libtorch()));
    }

    public void testOursMayBeLoaded() throws Exception {
        Path ours = libtorch();
        ForeignLibtorch process = process(CODE + ours.resolve(library("c10")), CODE + ours.resolve(library("torch_cpu")) + " (deleted)");
        assertEquals(Optional.empty(), process.loaded(ours));
        Path link = createTempDir().resolve("a link");
        Files.createSymbolicLink(link, ours);
        assertEquals(Optional.empty(), process.loaded(link));
    }

    public void testAnotherIsFound() throws Exception {
        for (String name : new String[] { "c10", "torch_cpu" }) {
            String other = "/data/ml cache/pytorch/2.5.1/" + library(name);
            ForeignLibtorch process = process(CODE + "/usr/lib/libc.so.6", CODE + other + (randomBoolean() ? " (deleted)" : ""));
            assertEquals(other, process.loaded(libtorch()).orElseThrow().toString());
        }
    }

    public void testNoneIsFoundIfMapsCannotBeRead() throws Exception {
        assertEquals(Optional.empty(), new ForeignLibtorch(createTempDir()).loaded(libtorch()));
    }

    public void testRealProcess() throws Exception {
        assumeTrue("Linux only", Files.exists(PathUtils.get("/proc/self/maps")));
        runtime().newManager().close();
        ForeignLibtorch process = new ForeignLibtorch(PathUtils.get("/"));
        assertEquals(Optional.empty(), process.loaded(folder("affinity.native")));
        Path ours = process.loaded(createTempDir()).orElseThrow();
        assertEquals(folder("affinity.native").toRealPath(), ours.getParent());
    }

    public void testOursIsNotLoadedIfAnotherIs() throws Exception {
        ForeignLibtorch process = process(CODE + "/ml/" + library("c10"));
        Hardware hardware = new Hardware(createTempDir());
        TorchRuntime runtime = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, hardware, process);
        IllegalStateException e = expectThrows(IllegalStateException.class, runtime::newManager);
        assertThat(
            e.getMessage(),
            allOf(containsString("this node has loaded [/ml/" + library("c10") + "] already"), containsString("without [ingest]"))
        );
    }

    public void testWarnsIfMlCommonsIsInstalled() throws Exception {
        Path plugins = createTempDir();
        try (MockLogAppender log = MockLogAppender.createForLoggers(LogManager.getLogger(ForeignLibtorch.class))) {
            MockLogAppender.LoggingExpectation silent = new MockLogAppender.UnseenEventExpectation(
                "nothing",
                ForeignLibtorch.class.getName(),
                Level.WARN,
                "*"
            );
            log.addExpectation(silent);
            TorchRuntime.warnIfMlCommonsInstalled(plugins);
            log.assertAllExpectationsMatched();
        }
        Files.createDirectory(plugins.resolve("opensearch-ml"));
        try (MockLogAppender log = MockLogAppender.createForLoggers(LogManager.getLogger(ForeignLibtorch.class))) {
            String message = "*ml-commons is installed too*";
            log.addExpectation(
                new MockLogAppender.SeenEventExpectation("once", ForeignLibtorch.class.getName(), Level.WARN, message)
            );
            TorchRuntime.warnIfMlCommonsInstalled(plugins);
            log.assertAllExpectationsMatched();
        }
    }
}
