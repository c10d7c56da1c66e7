package org.opensearch.affinity.integ;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.EncodeStats;
import org.opensearch.affinity.encode.Models;
import org.opensearch.affinity.encode.TorchRuntime;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Runs many tiny batches through the real model and prints what the process takes, so that a leak of a few
 * bytes a batch shows. Linux only: it reads {@code /proc}.
 *
 * <pre>EncodeSoak NATIVES MODELS [BATCHES]</pre>
 */
public final class EncodeSoak {
    private static final String MODEL = "all-minilm-l6-v2";
    private static final int BATCHES = 100_000;
    private static final int POINTS = 20;

    private EncodeSoak() {}

    /** @param args folder of the native code, folder of the model packs, and how many batches (100,000) */
    public static void main(String[] args) throws Exception {
        Configurator.setRootLevel(Level.WARN);
        int batches = args.length > 2 ? Integer.parseInt(args[2]) : BATCHES;
        Settings settings = Settings.builder().put("node.name", "soak").put("affinity.encode.cache.size", "1mb").build();
        ThreadPool threadPool = new ThreadPool(settings, Encoder.executor(settings));
        try (Models models = new Models(new TorchRuntime(Path.of(args[0]), 2), List.of(Path.of(args[1])))) {
            Encoder encoder = new Encoder(models, threadPool, new NoopCircuitBreaker(Encoder.BREAKER), settings);
            System.out.println("batches   seconds   resident MB   heap MB");
            long begin = System.nanoTime();
            for (int point = 1; point <= POINTS; point++) {
                run(encoder, point * 1_000_000, batches / POINTS);
                System.out.printf(
                    "%7d  %8.1f  %12.1f  %8.1f%n",
                    encoder.stats().work().batches(),
                    (System.nanoTime() - begin) / 1e9,
                    residentBytes() / 1e6,
                    heapBytes() / 1e6
                );
            }
            EncodeStats stats = encoder.stats();
            System.out.printf("%d tokens, %.0f a second%n", stats.work().tokens(), stats.work().tokensPerSecond());
        } finally {
            ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        }
    }

    /** One text at a time and none twice: each is a batch. */
    private static void run(Encoder encoder, int first, int batches) {
        for (int i = first; i < first + batches; i++) {
            CompletableFuture<float[][]> done = new CompletableFuture<>();
            encoder.encode(MODEL, List.of("item " + i), ActionListener.wrap(done::complete, done::completeExceptionally));
            done.join();
        }
    }

    private static long residentBytes() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(row -> row.startsWith("VmRSS")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    /** After a collection. */
    private static long heapBytes() {
        IntStream.range(0, 2).forEach(i -> System.gc());
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
