package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.common.io.PathUtils;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;

/** Compares the optional model packs with ONNX Runtime. Skipped unless they were built, with the Maven profile {@code models}. */
public class MoreModelsTests extends EncodeTestCase {
    private static final List<String> TEXTS = List.of(
        "",
        "lamp",
        "query: what is a camping lantern",
        "Wireless headphones with noise cancelling, black, up to 30 hours",
        "无线降噪耳机,黑色,续航30小时",
        "适合露营的帐篷灯",
        "A sentence of moderate length that is repeated very often. ".repeat(70)
    );

    public void testBgeSmallEn() throws Exception {
        assertSameAsOnnxRuntime("bge-small-en-v15", "bge-small-en-v1.5.onnx");
    }

    public void testBgeSmallZh() throws Exception {
        assertSameAsOnnxRuntime("bge-small-zh-v15", "bge-small-zh-v1.5.onnx");
    }

    public void testE5Small() throws Exception {
        assertSameAsOnnxRuntime("e5-small-v2", "e5-small-v2.onnx");
    }

    public void testE5HasPrefixesForQueriesAndItems() throws Exception {
        ModelPack pack = pack("e5-small-v2");
        assertEquals("query: ", pack.prefix(Purpose.QUERY));
        assertEquals("passage: ", pack.prefix(Purpose.ITEM));
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack, 1024)) {
            float[] query = encoder.encode(List.of("lamp"), Purpose.QUERY)[0];
            assertThat(cosine(query, encoder.encode(List.of("lamp"), Purpose.ITEM)[0]), lessThan(0.99));
        }
    }

    private static void assertSameAsOnnxRuntime(String name, String onnx) throws Exception {
        ModelPack pack = pack(name);
        Path weights = folder("affinity.weights").resolve(onnx);
        try (
            SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack, 1024);
            OnnxReference reference = new OnnxReference(weights, pack.tokenizer(), pack.maxTokens())
        ) {
            float[][] vectors = encoder.encode(TEXTS, Purpose.ITEM);
            for (int i = 0; i < vectors.length; i++) {
                assertUnit(vectors[i]);
                float[] expected = reference.encode(pack.prefix(Purpose.ITEM) + TEXTS.get(i), pack.pooling());
                assertThat("text " + i, cosine(vectors[i], expected), greaterThan(0.99999));
            }
        }
    }

    private static ModelPack pack(String name) throws Exception {
        Path folder = PathUtils.get(System.getProperty("affinity.more.models")).resolve(name);
        assumeTrue("built with -Pmodels only", Files.isDirectory(folder));
        return ModelPack.read(folder);
    }
}
