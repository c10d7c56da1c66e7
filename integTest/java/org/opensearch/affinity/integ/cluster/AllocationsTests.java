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

    /** A JVM that allocates when it is told to, on a thread that ends. */
    public static final class Spender {
        private static byte[] last;

        public static void main(String[] arguments) throws Exception {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            System.out.println("ready");
            while (in.readLine() != null) {
                Thread spending = new Thread(() -> {
                    for (int i = 0; i < MEGABYTES; i++) {
                        last = new byte[1 << 20];
                    }
                });
                spending.start();
                spending.join();
                System.out.println("spent " + last.length);
            }
        }
    }

    @Test
    public void whatAnotherJvmAllocatesIsCounted() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        String classes = System.getProperty("java.class.path");
        Process process = new ProcessBuilder(java, "-Xmx128m", "-cp", classes, Spender.class.getName()).start();
        try (Writer tell = process.outputWriter(); BufferedReader told = process.inputReader()) {
            assertEquals("ready", told.readLine());
            try (Allocations allocations = Allocations.of(process.pid())) {
                long before = allocations.bytes();
                long looked = allocations.bytes();
                tell.write("\n");
                tell.flush();
                assertEquals("spent 1048576", told.readLine());
                double spent = (allocations.bytes() - looked) / 1048576.0;
                assertTrue(spent + " MB", spent >= MEGABYTES && spent < MEGABYTES + 2);
                assertTrue("a look costs " + (looked - before), looked - before < 100_000);
            }
        } finally {
            process.destroy();
        }
    }
}
