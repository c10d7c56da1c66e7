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

/**
 * The capabilities of the processor and the number of GPUs, read from files of the operating system without loading a driver. On
 * other systems than Linux it finds neither bfloat16 nor GPUs. Thread-safe.
 */
public final class Hardware {
    private static final Logger LOGGER = LogManager.getLogger(Hardware.class);

    private static final List<String> BF16_FLAGS = List.of("amx_bf16", "avx512_bf16");

    private final Path root;

    /** @param root the folder that contains {@code proc} and {@code dev} */
    public Hardware(Path root) {
        this.root = root;
    }

    /**
     * Whether the processor has instructions for bfloat16. They are not always faster than those for float32: they are with AMX and
     * on AMD's processors, and are slower on Intel's without AMX.
     */
    boolean hasBf16() {
        try {
            // Privileged: calling code further up the stack may lack the permission.
            List<String> lines = AccessController.doPrivilegedChecked(() -> Files.readAllLines(root.resolve("proc/cpuinfo")));
            return lines.stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .anyMatch(line -> Collections.disjoint(List.of(line.split("\\s+")), BF16_FLAGS) == false);
        } catch (IOException | RuntimeException e) {
            // Not Linux, or not permitted. Float32 runs on every processor.
            LOGGER.debug("[encode] cannot read the flags of the processor", e);
            return false;
        }
    }

    /** The number of NVIDIA GPUs whose device files are visible to this process. */
    int gpus() {
        try (Stream<Path> devices = Files.list(root.resolve("dev"))) {
            return (int) devices.filter(device -> device.getFileName().toString().matches("nvidia\\d+")).count();
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
