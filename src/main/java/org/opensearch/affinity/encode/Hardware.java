package org.opensearch.affinity.encode;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.secure_sm.AccessController;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system says of processor and GPUs, without loading a driver. Linux only: elsewhere it finds neither. */
final class Hardware {
    private static final Logger logger = LogManager.getLogger(Hardware.class);

    private final Path root;

    /** @param root the folder of {@code proc} and {@code dev} */
    Hardware(Path root) {
        this.root = root;
    }

    /** Whether the processor multiplies matrices of bfloat16 by itself. */
    boolean hasBf16Matrices() {
        try {
            // A node starts on a thread whose callers may not read it; this plugin may.
            List<String> lines = AccessController.doPrivilegedChecked(() -> Files.readAllLines(root.resolve("proc/cpuinfo")));
            return lines.stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .anyMatch(line -> List.of(line.split("\\s+")).contains("amx_bf16"));
        } catch (IOException | RuntimeException e) {
            // Not Linux, or not allowed: float32 is right everywhere.
            logger.debug("[encode] cannot tell what the processor can do", e);
            return false;
        }
    }

    /** NVIDIA GPUs that this process may open. */
    int gpus() {
        try (Stream<Path> devices = Files.list(root.resolve("dev"))) {
            return (int) devices.filter(device -> device.getFileName().toString().matches("nvidia\\d+")).count();
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
