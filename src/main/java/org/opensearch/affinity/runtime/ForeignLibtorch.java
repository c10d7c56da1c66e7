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
 * Detects a libtorch that another plugin has loaded into this process. A process cannot hold two: the second one binds to the first
 * one's libc10, fails an assertion and ends the process. {@link #loaded} is called before this plugin's libtorch is loaded. That
 * another plugin loads its own afterwards cannot be prevented, so {@link #warn} tells the operator. Thread-safe.
 */
final class ForeignLibtorch {
    private static final Logger LOGGER = LogManager.getLogger(ForeignLibtorch.class);

    /** The plugin folder of ml-commons, the only other plugin known to bring libtorch. */
    private static final String ML_COMMONS = "opensearch-ml";
    /** The libraries of which a process can hold one copy only. */
    private static final List<String> LIBRARIES = List.of("c10", "torch_cpu");
    /** Fields of a line of {@code /proc/self/maps}: addresses, permissions, offset, device, inode and path. */
    private static final int MAP_FIELDS = 6;

    private final Path root;

    /** @param root the folder that contains {@code proc} */
    ForeignLibtorch(Path root) {
        this.root = root;
    }

    /**
     * Logs a warning if ml-commons is installed as well. Called once, when a node starts.
     *
     * @param plugins the node's folder of plugins
     */
    static void warn(Path plugins) {
        if (Files.isDirectory(plugins.resolve(ML_COMMONS))) {
            LOGGER.warn(
                "[encode] ml-commons is installed too: [affinity_encode] and PyTorch models of ml-commons must not run on the same node. "
                    + "Each brings its own libtorch, and a process cannot hold two. After ml-commons has loaded its libtorch, "
                    + "[affinity_encode] fails on this node; if ml-commons loads it after [affinity_encode] was used, THIS NODE CRASHES. "
                    + "Keep models of ml-commons on nodes with the role [ml] and without [ingest] "
                    + "(plugins.ml_commons.only_run_on_ml_node: true)"
            );
        }
    }

    /**
     * The path of a libtorch library that this process has loaded from another folder than the given one; empty if there is none, or
     * if that cannot be found out, as on operating systems other than Linux.
     *
     * @param folder of this plugin's libtorch, which may be loaded already
     */
    Optional<Path> loaded(Path folder) {
        try {
            // Privileged: calling code further up the stack may lack the permission.
            byte[] maps = AccessController.doPrivilegedChecked(() -> Files.readAllBytes(root.resolve("proc/self/maps")));
            for (String line : new String(maps, StandardCharsets.UTF_8).lines().toList()) {
                Optional<Path> library = library(line);
                if (library.isPresent() && isIn(library.get(), folder) == false) {
                    return library;
                }
            }
        } catch (IOException | RuntimeException e) {
            // Not Linux, or not permitted. Then libtorch is loaded without this check.
            LOGGER.debug("[encode] cannot find out which libraries this process has loaded", e);
        }
        return Optional.empty();
    }

    private static Optional<Path> library(String line) {
        String[] fields = line.strip().split("\\s+", MAP_FIELDS);
        if (fields.length < MAP_FIELDS || fields[MAP_FIELDS - 1].startsWith("/") == false) {
            return Optional.empty();
        }
        // The kernel appends the suffix to the path of a file that was replaced while in use.
        Path path = PathUtils.get(fields[MAP_FIELDS - 1].replaceFirst(" \\(deleted\\)$", ""));
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        return LIBRARIES.stream().map(System::mapLibraryName).anyMatch(name::equals) ? Optional.of(path) : Optional.empty();
    }

    /** Compares real paths, by which the kernel lists files. */
    private static boolean isIn(Path library, Path folder) {
        Path own = folder.resolve(library.getFileName());
        try {
            return library.equals(own.toRealPath());
        } catch (IOException e) {
            return library.equals(own);
        }
    }
}
