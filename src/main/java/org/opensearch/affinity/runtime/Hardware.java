package org.opensearch.affinity.runtime;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.secure_sm.AccessController;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system says of processor and GPUs, without loading a driver. Linux only: elsewhere it finds neither. */
public final class Hardware {
    private static final Logger logger = LogManager.getLogger(Hardware.class);

    private static final List<String> BF16 = List.of("amx_bf16", "avx512_bf16");

    private final Path root;

    /** @param root the folder of {@code proc} and {@code dev} */
    public Hardware(Path root) {
        this.root = root;
    }

    /**
     * Whether the processor has instructions for bfloat16. They need not pay: with AMX and on AMD's processors
     * they do, on Intel's without AMX they are slower than those for float32.
     */
    boolean hasBf16() {
        try {
            // A node starts on a thread whose callers may not read it; this plugin may.
            List<String> lines = AccessController.doPrivilegedChecked(() -> Files.readAllLines(root.resolve("proc/cpuinfo")));
            return lines.stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .anyMatch(line -> Collections.disjoint(List.of(line.split("\\s+")), BF16) == false);
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
