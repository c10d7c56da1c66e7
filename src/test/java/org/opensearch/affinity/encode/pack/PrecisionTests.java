package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.runtime.Hardware;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;

/**
 * Compares each precision with float32, on the titles and descriptions of the sample shop. {@code -Daffinity.texts=FILE} names a file
 * with other texts, one a line. Runs on any processor, slowly on one without instructions for the precision.
 */
public class PrecisionTests extends EncodeTestCase {
    private static final int TEXTS = 1000;

    public void testBf16() throws Exception {
        assertThat(minCosine(Precision.BF16), greaterThan(0.9999));
    }

    public void testF16() throws Exception {
        assertThat(minCosine(Precision.F16), greaterThan(0.99999));
    }

    public void testInt8() throws Exception {
        assertThat(minCosine(Precision.INT8), greaterThan(0.95));
    }

    public void testLayoutsOfFloat32HaveTheSameVectors() throws Exception {
        List<String> texts = texts().subList(0, 100);
        List<float[][]> vectors = new ArrayList<>();
        List<String> layouts = new ArrayList<>();
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime("f32"), pack(), 1024, variants -> {
            for (SentenceEncoder variant : variants) {
                assertEquals(Precision.F32, variant.precision());
                layouts.add(variant.layout());
                vectors.add(variant.encode(texts));
            }
            return variants.getLast();
        })) {
            assertEquals(List.of("plain", "onednn"), layouts);
            assertEquals("onednn", encoder.layout());
            float[][] again = encoder.encode(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(vectors.get(0)[i], vectors.get(1)[i], 1e-5f);
                assertArrayEquals(vectors.get(1)[i], again[i], 0);
            }
        }
    }

    public void testBf16IsTriedWhereTheProcessorHasIt() throws Exception {
        List<Precision> both = List.of(Precision.F32, Precision.BF16);
        for (String flag : List.of("amx_bf16", "avx512_bf16")) {
            TorchRuntime capable = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, processor("fpu " + flag + " sse"));
            assertEquals(both, capable.precisions());
        }
        TorchRuntime without = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, processor("fpu avx512f"));
        assertEquals(List.of(Precision.F32), without.precisions());
        TorchRuntime unknown = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, new Hardware(createTempDir()));
        assertEquals(List.of(Precision.F32), unknown.precisions());
        TorchRuntime configured = new TorchRuntime(folder("affinity.native"), 1, settings("f32"), processor("fpu amx_bf16"));
        assertEquals(List.of(Precision.F32), configured.precisions());
    }

    public void testUnknownPrecision() {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> settings("fp8"));
        assertThat(e.getMessage(), containsString("unknown precision [fp8]; known: [auto] and [f32, bf16, f16, int8]"));
        assertEquals(Optional.empty(), settings("auto").precision());
    }

    /** The smallest cosine with the same text's vector in float32. Also asserts that the precision is used. */
    private double minCosine(Precision precision) throws IOException {
        List<String> texts = texts();
        float[][] expected;
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime("f32"), pack(), 1024)) {
            assertEquals(Precision.F32, encoder.precision());
            expected = encoder.encode(texts);
        }
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(precision.toString()), pack(), 1024)) {
            assertEquals(precision, encoder.precision());
            float[][] vectors = encoder.encode(texts);
            double[] cosines = new double[vectors.length];
            for (int i = 0; i < cosines.length; i++) {
                assertUnit(vectors[i]);
                cosines[i] = cosine(expected[i], vectors[i]);
            }
            double min = Arrays.stream(cosines).min().orElseThrow();
            double mean = Arrays.stream(cosines).average().orElseThrow();
            logger.info("[{}] against f32, [{}] texts: smallest cosine [{}], mean [{}]", precision, cosines.length, min, mean);
            assertThat("differs from float32", mean, lessThan(1 - 1e-9));
            return min;
        }
    }

    private static List<String> texts() throws IOException {
        String file = System.getProperty("affinity.texts");
        if (file != null) {
            return Files.readAllLines(PathUtils.get(file)).stream().limit(TEXTS).toList();
        }
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(folder("affinity.samples").resolve("catalogue.jsonl"))) {
            Map<String, Object> item = XContentHelper.convertToMap(JsonXContent.jsonXContent, line, false);
            texts.add((String) item.get("title"));
            texts.add((String) item.get("description"));
            texts.add(item.get("title") + " " + item.get("description"));
        }
        assertThat(texts.size(), greaterThan(TEXTS));
        return texts.subList(0, TEXTS);
    }

    private static TorchRuntime runtime(String precision) {
        return new TorchRuntime(folder("affinity.native"), 1, settings(precision));
    }

    private static TorchSettings settings(String precision) {
        return TorchSettings.of(Settings.builder().put("affinity.precision", precision).build());
    }

    private static Hardware processor(String flags) throws IOException {
        Path root = createTempDir();
        Files.createDirectory(root.resolve("proc"));
        String processor = "processor\t: 0\nflags\t\t: " + flags + "\n\n";
        Files.writeString(root.resolve("proc/cpuinfo"), processor + processor);
        return new Hardware(root);
    }
}
