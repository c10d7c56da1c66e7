package org.opensearch.affinity.integ.console;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Memory and disk of this machine that nothing uses, in megabytes. */
public final class FreeSpace {
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private FreeSpace() {}

    /**
     * Checks that a program has what it needs.
     *
     * @param folder on the disk that is written to
     * @throws IOException naming how much is free and how much is needed
     */
    public static void require(long memory, long disk, Path folder) throws IOException {
        if (memory() < memory) {
            throw new IOException(memory() + " MB of memory are free and " + memory + " MB are needed: close something");
        }
        long free = Files.getFileStore(folder).getUsableSpace() >> 20;
        if (free < disk) {
            throw new IOException(free + " MB are free in " + folder + " and " + disk + " MB are needed");
        }
    }

    /** What Linux could give to a new process; elsewhere all memory of the machine. */
    private static long memory() throws IOException {
        if (Files.isReadable(MEMORY)) {
            try (Stream<String> lines = Files.lines(MEMORY)) {
                Optional<String> available = lines.filter(line -> line.startsWith("MemAvailable")).findFirst();
                if (available.isPresent()) {
                    return Long.parseLong(available.get().replaceAll("\\D", "")) >> 10;
                }
            }
        }
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize() >> 20;
    }
}
