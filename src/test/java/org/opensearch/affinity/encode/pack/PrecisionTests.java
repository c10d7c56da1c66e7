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
 * Each precision against float32, on the titles and descriptions of the sample shop; {@code -Daffinity.texts=FILE}
 * names a file with other texts, one a line. Runs on any processor, only slowly on one without the instructions.
 */
public class PrecisionTests extends EncodeTestCase {
    private static final int TEXTS = 1000;

    public void testBf16() throws Exception {
        assertThat(least(Precision.BF16), greaterThan(0.9999));
    }

    public void testF16() throws Exception {
        assertThat(least(Precision.F16), greaterThan(0.99999));
    }

    public void testInt8() throws Exception {
        assertThat(least(Precision.INT8), greaterThan(0.95));
    }

    /** The same numbers in another layout. */
    public void testLayoutsOfFloat32() throws Exception {
        List<String> texts = texts().subList(0, 100);
        List<float[][]> made = new ArrayList<>();
        List<String> layouts = new ArrayList<>();
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime("f32"), pack(), 1024, all -> {
            for (SentenceEncoder way : all) {
                assertEquals(Precision.F32, way.precision());
                layouts.add(way.layout());
                made.add(way.encode(texts));
            }
            return all.getLast();
        })) {
            assertEquals(List.of("plain", "onednn"), layouts);
            assertEquals("onednn", encoder.layout());
            float[][] again = encoder.encode(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(made.get(0)[i], made.get(1)[i], 1e-5f);
                assertArrayEquals(made.get(1)[i], again[i], 0);
            }
        }
    }

    public void testWhatTheProcessorCanDoIsTried() throws Exception {
        List<Precision> both = List.of(Precision.F32, Precision.BF16);
        for (String flag : List.of("amx_bf16", "avx512_bf16")) {
            TorchRuntime able = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, processor("fpu " + flag + " sse"));
            assertEquals(both, able.precisions());
        }
        TorchRuntime none = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, processor("fpu avx512f"));
        assertEquals(List.of(Precision.F32), none.precisions());
        TorchRuntime nowhere = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.DEFAULT, new Hardware(createTempDir()));
        assertEquals(List.of(Precision.F32), nowhere.precisions());
        TorchRuntime wanted = new TorchRuntime(folder("affinity.native"), 1, settings("f32"), processor("fpu amx_bf16"));
        assertEquals(List.of(Precision.F32), wanted.precisions());
    }

    public void testUnknownPrecision() {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> settings("fp8"));
        assertThat(e.getMessage(), containsString("unknown precision [fp8]; [auto] or one of [f32, bf16, f16, int8]"));
        assertEquals(Optional.empty(), settings("auto").precision());
    }

    /** The least cosine to the same text's vector in float32; also that the precision is what runs. */
    private double least(Precision precision) throws IOException {
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
            double least = Arrays.stream(cosines).min().orElseThrow();
            double mean = Arrays.stream(cosines).average().orElseThrow();
            logger.info("[{}] against f32, [{}] texts: least cosine [{}], mean [{}]", precision, cosines.length, least, mean);
            assertThat("other numbers than float32's", mean, lessThan(1 - 1e-9));
            return least;
        }
    }

    private static List<String> texts() throws IOException {
        String other = System.getProperty("affinity.texts");
        if (other != null) {
            return Files.readAllLines(PathUtils.get(other)).stream().limit(TEXTS).toList();
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
