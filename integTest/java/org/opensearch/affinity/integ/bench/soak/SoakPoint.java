package org.opensearch.affinity.integ.bench.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Memory of this process at one point of a soak.
 *
 * @param batches       encoded so far
 * @param seconds       since the start
 * @param residentBytes resident memory of the process, native and heap
 * @param heapBytes     used heap after a collection
 */
record SoakPoint(long batches, double seconds, long residentBytes, long heapBytes) {
    static final String HEADING = " batches   seconds   resident MB   heap MB";

    private static final Path STATUS = Path.of("/proc/self/status");

    /** Collects garbage and measures. Works on Linux only. */
    static SoakPoint now(long batches, double seconds) throws IOException {
        System.gc();
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        return new SoakPoint(batches, seconds, resident(), heap);
    }

    private static long resident() throws IOException {
        if (Files.exists(STATUS) == false) {
            throw new IOException("the soak needs Linux: there is no " + STATUS);
        }
        String line = Files.readAllLines(STATUS).stream().filter(row -> row.startsWith("VmRSS")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    /** A row below {@link #HEADING}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%8d  %8.1f  %12.1f  %8.1f", batches, seconds, residentBytes / 1e6, heapBytes / 1e6);
    }
}
