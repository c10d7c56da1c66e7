package org.opensearch.affinity.runtime;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.common.io.PathUtils;
import org.opensearch.secure_sm.AccessController;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The libtorch of another plugin. Two in one process end it: the second one binds to the first one's libc10,
 * which fails an assertion. So before ours is loaded this looks for one that is there; that nobody loads
 * another one afterwards can only be asked for, since no plugin can keep another from loading native code.
 */
final class ForeignLibtorch {
    private static final Logger logger = LogManager.getLogger(ForeignLibtorch.class);

    /** The plugin folder of ml-commons, the one other plugin that brings libtorch. */
    private static final String ML_COMMONS = "opensearch-ml";
    /** The libraries that cannot be there twice. */
    private static final List<String> LIBRARIES = List.of("c10", "torch_cpu");
    /** Before the path, a line of {@code /proc/self/maps} has addresses, permissions, offset, device and inode. */
    private static final int FIELDS = 6;

    private final Path root;

    /** @param root the folder of {@code proc} */
    ForeignLibtorch(Path root) {
        this.root = root;
    }

    /** Says once, while a node starts, what an operator must know who has installed both. */
    static void warn(Path plugins) {
        if (Files.isDirectory(plugins.resolve(ML_COMMONS))) {
            logger.warn(
                "[encode] ml-commons is installed too: [affinity_encode] and PyTorch models of ml-commons must not run on the same node. "
                    + "Each brings a libtorch of its own, and a process cannot hold two. Once ml-commons has loaded its own, requests to "
                    + "encode fail here; if it loads it after [affinity_encode] was used, THIS NODE ENDS. Keep models of ml-commons on "
                    + "nodes with the role [ml] and without [ingest] (plugins.ml_commons.only_run_on_ml_node: true)"
            );
        }
    }

    /**
     * The library that is in this process already and is not the one in this folder. Linux only: elsewhere none is found.
     *
     * @param folder of our libtorch, which may be loaded
     */
    Optional<Path> loaded(Path folder) {
        try {
            // The thread's callers may not read it; this plugin may.
            byte[] maps = AccessController.doPrivilegedChecked(() -> Files.readAllBytes(root.resolve("proc/self/maps")));
            for (String line : new String(maps, StandardCharsets.UTF_8).lines().toList()) {
                Optional<Path> library = library(line);
                if (library.isPresent() && isOurs(library.get(), folder) == false) {
                    return library;
                }
            }
        } catch (IOException | RuntimeException e) {
            // Not Linux, or not allowed: it is loaded without a look.
            logger.debug("[encode] cannot tell which libraries this process has loaded", e);
        }
        return Optional.empty();
    }

    private static Optional<Path> library(String line) {
        String[] fields = line.strip().split("\\s+", FIELDS);
        if (fields.length < FIELDS || fields[FIELDS - 1].startsWith("/") == false) {
            return Optional.empty();
        }
        // What the kernel says of a file that was replaced while it was in use.
        Path path = PathUtils.get(fields[FIELDS - 1].replaceFirst(" \\(deleted\\)$", ""));
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        return LIBRARIES.stream().map(System::mapLibraryName).anyMatch(name::equals) ? Optional.of(path) : Optional.empty();
    }

    /** The kernel lists files by their real paths. */
    private static boolean isOurs(Path library, Path folder) {
        Path ours = folder.resolve(library.getFileName());
        try {
            return library.equals(ours.toRealPath());
        } catch (IOException e) {
            return library.equals(ours);
        }
    }
}
