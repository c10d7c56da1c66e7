package org.opensearch.affinity.encode;

import org.junit.After;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** The cache of vectors: no text is encoded twice, and the statistics are consistent. */
public class EncoderCacheTests extends FakeDeviceTestCase {
    private final FakeInference device = new FakeInference();
    private final CircuitBreaker breaker = breaker(1L << 30);
    private ThreadPool threadPool;

    @After
    public void stopThreads() {
        ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
    }

    private Encoder encoder(String size) {
        threadPool = threadPool(2, 10_000);
        return new Encoder(models, device, threadPool, breaker, Settings.builder().put("affinity.encode.cache.size", size).build());
    }

    private static float[][] encoded(Encoder encoder, String model, Purpose purpose, List<String> texts) throws Exception {
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        encoder.encode(model, purpose, texts, null, ActionListener.wrap(future::complete, future::completeExceptionally));
        return get(future);
    }

    private static List<String> texts(int items) {
        return IntStream.range(0, items).mapToObj(i -> "item " + i).toList();
    }

    public void testUnchangedTextsAreNotEncodedAgain() throws Exception {
        Encoder encoder = encoder("64mb");
        float[][] first = encoded(encoder, "fake", Purpose.ITEM, texts(1000));
        assertEquals(1000, device.encoded.size());
        float[][] second = encoded(encoder, "fake", Purpose.ITEM, texts(1000));
        assertEquals(1000, device.encoded.size());
        for (int i = 0; i < 1000; i++) {
            assertSame(first[i], second[i]);
            assertArrayEquals(FakeInference.vector("item " + i), second[i], 0f);
        }
        encoded(encoder, "fake", Purpose.ITEM, texts(1010));
        assertEquals(1010, device.encoded.size());
        assertEquals(0, breaker.getUsed());
        EncodeStats stats = encoder.stats();
        assertEquals(2000, stats.cache().hits());
        assertEquals(1010, stats.cache().misses());
        assertEquals(1010, stats.cache().vectors());
        assertEquals(1010 * (384 * 4 + 176), stats.cache().bytes());
        assertEquals(64 << 20, stats.cache().limit());
    }

    public void testSameTextTwiceInARequestIsEncodedOnce() throws Exception {
        Encoder encoder = encoder(randomBoolean() ? "0b" : "1mb");
        float[][] vectors = encoded(encoder, "fake", Purpose.ITEM, List.of("a", "b", "a", " a ", "b"));
        assertEquals(List.of("a", "b"), device.encoded);
        assertSame(vectors[0], vectors[2]);
        assertSame(vectors[0], vectors[3]);
        assertSame(vectors[1], vectors[4]);
    }

    public void testKeysDifferWhereVectorsDo() throws Exception {
        Encoder encoder = encoder("64mb");
        encoded(encoder, "fake", Purpose.ITEM, List.of("text"));
        encoded(encoder, "fake", Purpose.QUERY, List.of("text"));
        encoded(encoder, "other", Purpose.ITEM, List.of("text"));
        encoded(encoder, "fake", Purpose.ITEM, List.of("Text"));
        encoder.encode("fake", Purpose.ITEM, new Chunking(8), List.of("text"), null, ActionListener.wrap(vectors -> {}, e -> {}));
        assertBusy(() -> assertEquals(List.of("text", "text", "text", "Text", "text"), device.encoded));
        ModelPack pack = models.pack("fake");
        HashSet<Fingerprint> keys = new HashSet<>();
        for (Purpose purpose : Purpose.values()) {
            for (int chunks : new int[] { 1, 8, 18 }) {
                for (String text : List.of("", "\uD800", "\uDC00", "?", "a", "A", "ITEM", "8")) {
                    assertTrue(keys.add(Fingerprint.of(pack, purpose, new Chunking(chunks), text)));
                }
            }
        }
        Fingerprint same = Fingerprint.of(pack, Purpose.ITEM, Chunking.TRUNCATE, "a");
        assertEquals(same, Fingerprint.of(pack, Purpose.ITEM, Chunking.TRUNCATE, "a"));
    }

    public void testTextsAreNormalisedAndCutBeforeTheLookup() throws Exception {
        Encoder encoder = encoder("64mb");
        encoded(encoder, "fake", Purpose.ITEM, List.of(" caf\u00e9\n\n au \u00a0 lait ", "cafe\u0301 au lait"));
        assertEquals(List.of("caf\u00e9 au lait"), device.encoded);
        // Text beyond the cut has no effect, and leading white space does not count towards the cut.
        String start = "x".repeat(10_000);
        encoded(encoder, "fake", Purpose.ITEM, List.of(start + "1", " ".repeat(10_000) + start + "2"));
        assertEquals(2, device.encoded.size());
    }

    public void testBoundedAndResized() throws Exception {
        Settings registered = Settings.EMPTY;
        ClusterSettings settings = new ClusterSettings(registered, new HashSet<>(Encoder.settings()));
        Encoder encoder = encoder("100kb");
        encoder.addSettingsUpdateConsumers(settings);
        encoded(encoder, "fake", Purpose.ITEM, texts(1000));
        EncodeStats.Cached cached = encoder.stats().cache();
        assertThat(cached.bytes(), lessThanOrEqualTo(100L << 10));
        assertThat(cached.vectors(), greaterThan(50L));
        assertEquals(1000, cached.vectors() + cached.evictions());
        settings.applySettings(Settings.builder().put("affinity.encode.cache.size", "10kb").build());
        assertThat(encoder.stats().cache().bytes(), lessThanOrEqualTo(10L << 10));
        settings.applySettings(Settings.builder().put("affinity.encode.cache.size", "0b").build());
        assertEquals(0, encoder.stats().cache().vectors());
        assertEquals(1000, encoded(encoder, "fake", Purpose.ITEM, texts(1000)).length);
        assertEquals(0, encoder.stats().cache().vectors());
    }

    public void testStatisticsAreConsistent() throws Exception {
        Encoder encoder = encoder("64mb");
        int requested = 0;
        for (int i = 0; i < 50; i++) {
            int size = randomIntBetween(0, 40);
            requested += size;
            encoded(encoder, "fake", Purpose.ITEM, texts(size));
        }
        EncodeStats stats = encoder.stats();
        assertEquals(requested, stats.cache().hits() + stats.cache().misses());
        assertEquals(stats.cache().misses(), stats.work().texts());
        assertEquals(device.encoded.size(), stats.work().texts());
        assertEquals(3 * stats.work().texts(), stats.work().tokens());
        assertEquals(4 * stats.work().texts(), stats.work().paddedTokens());
        assertThat(stats.work().batches(), greaterThan(0L));
        assertThat(stats.work().busyNanos(), greaterThan(0L));
        assertEquals(stats, copyWriteable(stats, writableRegistry(), EncodeStats::new));
    }
}
