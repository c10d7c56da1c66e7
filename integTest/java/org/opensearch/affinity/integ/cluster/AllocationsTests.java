package org.opensearch.affinity.integ.cluster;

import org.junit.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Path;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

public class AllocationsTests {
    private static final int MEGABYTES = 64;

    /** Allocates for each line of its standard input, on a thread that ends. */
    public static final class Allocator {
        private static byte[] last;

        public static void main(String[] arguments) throws Exception {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            System.out.println("ready");
            while (in.readLine() != null) {
                Thread allocating = new Thread(() -> {
                    for (int i = 0; i < MEGABYTES; i++) {
                        last = new byte[1 << 20];
                    }
                });
                allocating.start();
                allocating.join();
                System.out.println("allocated " + last.length);
            }
        }
    }

    @Test
    public void allocationsOfAnotherJvmAreCounted() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        String classes = System.getProperty("java.class.path");
        Process process = new ProcessBuilder(java, "-Xmx128m", "-cp", classes, Allocator.class.getName()).start();
        try (Writer input = process.outputWriter(); BufferedReader output = process.inputReader()) {
            assertEquals("ready", output.readLine());
            try (Allocations allocations = Allocations.of(process.pid())) {
                long before = allocations.bytes();
                long read = allocations.bytes();
                input.write("\n");
                input.flush();
                assertEquals("allocated 1048576", output.readLine());
                double allocated = (allocations.bytes() - read) / 1048576.0;
                assertTrue(allocated + " MB", allocated >= MEGABYTES && allocated < MEGABYTES + 2);
                assertTrue("bytes of one reading: " + (read - before), read - before < 100_000);
            }
        } finally {
            process.destroy();
        }
    }
}
