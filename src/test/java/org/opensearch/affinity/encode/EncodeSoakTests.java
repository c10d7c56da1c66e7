package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.hamcrest.Matchers.lessThan;
import static org.junit.Assume.assumeTrue;

/** A short soak test of memory: {@code ./bench soak} runs 100,000 batches and prints a curve. */
public class EncodeSoakTests extends EncodeTestCase {
    private static final int WARM_UP = 1000;
    private static final int BATCHES = 2000;
    /** 6 KB a batch. Smaller leaks are only visible in longer runs, as the allocator grows in steps of up to 6 MB. */
    private static final long MAX_GROWTH = 12L << 20;

    public void testMemoryDoesNotGrow() throws Exception {
        Path status = PathUtils.get("/proc/self/status");
        assumeTrue("reads /proc", Files.exists(status));
        CircuitBreaker breaker = breaker(1 << 20);
        Settings settings = Settings.builder().put("affinity.encode.cache.size", "100kb").build();
        ThreadPool threadPool = threadPool(1, 100);
        try (ModelPacks models = models()) {
            Encoder encoder = new Encoder(models, threadPool, breaker, settings);
            run(encoder, 0, WARM_UP);
            long resident = resident(status);
            run(encoder, WARM_UP, WARM_UP + BATCHES);
            long growth = resident(status) - resident;
            logger.info("[{}] batches, resident memory grew by [{}] KB from [{}] KB", BATCHES, growth >> 10, resident >> 10);
            assertThat(growth, lessThan(MAX_GROWTH));
            assertEquals(WARM_UP + BATCHES, encoder.stats().work().batches());
            assertEquals(0, breaker.getUsed());
        } finally {
            ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        }
    }

    private static void run(Encoder encoder, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            assertEquals(1, get(encode(encoder, MODEL, List.of("item " + i))).length);
        }
    }

    private static long resident(Path status) throws IOException {
        System.gc();
        String line = Files.readAllLines(status).stream().filter(row -> row.startsWith("VmRSS")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
