package org.opensearch.affinity.encode.pack;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.tool.BuildModelPack;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;

public class SentenceEncoderTests extends EncodeTestCase {
    private static SentenceEncoder encoder;

    @BeforeClass
    public static void loadModel() throws Exception {
        encoder = SentenceEncoder.load(runtime(), pack());
    }

    @AfterClass
    public static void closeModel() {
        encoder.close();
        encoder = null;
    }

    public void testSameVectorsAsOnnxRuntime() throws Exception {
        assertSameAsOnnxRuntime(encoder, pack(), Pooling.MEAN);
    }

    public void testClsPooling() throws Exception {
        Path work = createTempDir();
        Path description = work.resolve("cls.properties");
        String cls = """
            name = cls
            onnx = all-minilm-l6-v2.onnx
            tokenizer = all-minilm-l6-v2-tokenizer.json
            pooling = cls
            max_tokens = 512
            license = Apache-2.0
            origin = a test
            """;
        Files.writeString(description, cls);
        ModelPack pack = new BuildModelPack(description, folder("affinity.weights"), work).write();
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack)) {
            assertSameAsOnnxRuntime(encoder, pack, Pooling.CLS);
        }
    }

    private void assertSameAsOnnxRuntime(SentenceEncoder encoder, ModelPack pack, Pooling pooling) throws Exception {
        List<String> texts = texts();
        float[][] vectors = encoder.encode(texts);
        double minCosine = 1;
        int truncated = 0;
        Path onnx = folder("affinity.weights").resolve(MODEL + ".onnx");
        try (OnnxReference reference = new OnnxReference(onnx, pack.tokenizer(), pack.maxTokens())) {
            for (int i = 0; i < texts.size(); i++) {
                assertUnit(vectors[i]);
                double cosine = cosine(vectors[i], reference.encode(texts.get(i), pooling));
                assertThat("text " + i, cosine, greaterThan(0.99999));
                minCosine = Math.min(minCosine, cosine);
                truncated += reference.ids(texts.get(i)).length == pack.maxTokens() ? 1 : 0;
            }
        }
        assertThat("texts longer than the model's input", truncated, greaterThan(2));
        logger.info("[{}] texts, [{}] truncated: smallest cosine with ONNX Runtime [{}]", texts.size(), truncated, minCosine);
    }

    public void testVectorsDoNotDependOnTheOtherTexts() {
        List<String> texts = new ArrayList<>(texts());
        float[][] vectors = encoder.encode(texts);
        List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
        Collections.shuffle(order, random());
        float[][] shuffled = encoder.encode(order.stream().map(texts::get).toList());
        for (int i = 0; i < shuffled.length; i++) {
            assertArrayEquals("text " + order.get(i), vectors[order.get(i)], shuffled[i], 2e-6f);
        }
        int one = randomInt(texts.size() - 1);
        assertArrayEquals(vectors[one], encoder.encode(List.of(texts.get(one)))[0], 2e-6f);
    }

    public void testMegabyteIsTruncated() {
        String sentence = "A long description of a very long thing. ";
        String megabyte = sentence.repeat((1 << 20) / sentence.length() + 1);
        float[][] vectors = encoder.encode(List.of("short", megabyte, " ".repeat(1 << 20), "\uD83D\uDE80".repeat(1 << 19)));
        for (float[] vector : vectors) {
            assertUnit(vector);
        }
        assertArrayEquals(encoder.encode(List.of(sentence.repeat(100)))[0], vectors[1], 2e-6f);
    }

    public void testUnusualTextsHaveVectors() {
        assertEquals(0, encoder.encode(List.of()).length);
        List<String> texts = new ArrayList<>(List.of("", " ", "\n\t", "\u0000", "\uD800", "a\uDC00b", "\uFFFF", "[MASK][CLS]"));
        // Private use, non-characters, directional marks, combining marks without a letter, control characters.
        texts.addAll(List.of("\uE000\uDBFF\uDFFD", "\uFFFE\uD83F\uDFFE", "\u202E abc \u2066", "\u0301\u0316", "\u0001\u001F\u007F\u009F"));
        // Long texts without a space.
        texts.addAll(List.of("x".repeat(1 << 20), "7".repeat(1 << 20), "!".repeat(1 << 20), "\uDC00".repeat(1 << 20)));
        for (int i = 0; i < 100; i++) {
            StringBuilder anything = new StringBuilder();
            random().ints(30, 0, 0x10000).forEach(c -> anything.append((char) c));
            texts.add(anything.toString());
        }
        for (float[] vector : encoder.encode(texts)) {
            assertEquals(encoder.dimension(), vector.length);
            assertUnit(vector);
        }
    }

    public void testConcurrentCalls() throws Exception {
        List<String> texts = texts();
        float[][] expected = encoder.encode(texts);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<CompletableFuture<float[][]>> calls = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> encoder.encode(texts), threads))
                .toList();
            for (CompletableFuture<float[][]> call : calls) {
                float[][] vectors = get(call);
                for (int i = 0; i < vectors.length; i++) {
                    assertArrayEquals(expected[i], vectors[i], 2e-6f);
                }
            }
        }
    }

    public void testClosedWhileInUse() throws Exception {
        SentenceEncoder closing = SentenceEncoder.load(runtime(), pack());
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            CompletableFuture<float[][]> call = CompletableFuture.supplyAsync(() -> closing.encode(texts()), threads);
            Thread.sleep(randomInt(50));
            closing.close();
            try {
                get(call);
            } catch (ExecutionException e) {
                assertThat(e.getCause().getMessage(), containsString("is closed"));
            }
        }
        closing.close();
        expectThrows(IllegalStateException.class, () -> closing.encode(List.of("too late")));
    }

    public void testContextClassLoaderIsRestored() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader other = new URLClassLoader(new URL[0], null)) {
            thread.setContextClassLoader(other);
            SentenceEncoder.load(runtime(), pack()).close();
            assertSame(other, thread.getContextClassLoader());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    public void testMissingNativeCode() throws Exception {
        TorchRuntime withoutNatives = new TorchRuntime(createTempDir(), 1);
        IllegalStateException e = expectThrows(IllegalStateException.class, () -> SentenceEncoder.load(withoutNatives, pack()));
        assertThat(e.getMessage(), containsString("is missing"));
    }

    /** 50 texts: short and long ones, several scripts, emoji, numbers, markup, and some of more than 256 tokens. */
    private static List<String> texts() {
        List<String> texts = new ArrayList<>(
            List.of(
                "",
                " ",
                "a",
                "!",
                "7",
                "wireless headphones",
                "Wireless Headphones!!",
                "red running shoes, size 42, waterproof",
                "The quick brown fox jumps over the lazy dog.",
                "Überraschend große Kaffeemühlen für Zuhause",
                "café crème brûlée à emporter",
                "Ελληνικά κείμενα για δοκιμή",
                "Русские тексты тоже встречаются в каталоге",
                "Українська мова",
                "これは日本語の文章です。",
                "无线降噪耳机,黑色",
                "한국어 상품 설명입니다",
                "نص باللغة العربية للاختبار",
                "טקסט בעברית",
                "हिन्दी में एक वाक्य",
                "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
                "Tiếng Việt có nhiều dấu thanh",
                "🚀🔥👍",
                "👩‍👩‍👧‍👦 family set, 4 pieces 🇫🇷",
                "I ❤️ 5\" screens & 3.5mm jacks",
                "3.14159265358979",
                "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
                "2026-11-22T03:36:58Z",
                "192.168.0.1:9200",
                "SKU-00918-AB/X (refurbished)",
                "https://example.org/a/very/long/path?with=parameters&and=more#fragment",
                "<p>Some <b>HTML</b> that nobody cleaned</p>",
                "{\"json\": [1, 2, {\"nested\": true}]}",
                "line one\nline two\r\nline three\ttabbed",
                "x".repeat(99),
                "x".repeat(101),
                "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
                "ALL CAPS SALE NOW 50% OFF",
                "mixed 中文 and English и русский in одном text",
                "[CLS] [SEP] [MASK] [PAD] [UNK]",
                "\u00e9 and e\u0301 are the same letter",
                "zero\u200bwidth\u200bspaces",
                "…—–«»“”‘’",
                "$1,299.00 €1.299,00 £999 ¥120000",
                "H2O, CO2, E = mc², ½ cup, 10⁻⁹ m"
            )
        );
        texts.add("A sentence of moderate length that is repeated often. ".repeat(8));
        texts.add("A sentence of moderate length that is repeated very often. ".repeat(70));
        texts.add("Ein ziemlich langer deutscher Satz über Donaudampfschifffahrtsgesellschaften. ".repeat(60));
        texts.add("无线降噪耳机,黑色。".repeat(150));
        texts.add(IntStream.range(0, 600).mapToObj(Integer::toString).reduce("", (a, b) -> a + " " + b));
        assertEquals(50, texts.size());
        return texts;
    }
}
