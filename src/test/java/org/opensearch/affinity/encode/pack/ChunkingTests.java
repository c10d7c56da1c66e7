package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;

/** Encodes long texts in chunks, with the real model. */
public class ChunkingTests extends EncodeTestCase {
    private static final Chunking CHUNKS = new Chunking(8);

    private static SentenceEncoder encoder;
    /** The same model, limited to 8 tokens: 6 of a text. */
    private static SentenceEncoder limited;

    @BeforeClass
    public static void loadModels() throws Exception {
        encoder = SentenceEncoder.load(runtime(), pack(), 1024);
        limited = SentenceEncoder.load(runtime(), pack(8, ""), 1024);
    }

    @AfterClass
    public static void closeModels() {
        encoder.close();
        limited.close();
        encoder = null;
        limited = null;
    }

    /** The pack of the model with another limit of tokens and with a prefix for queries. */
    private static ModelPack pack(int maxTokens, String prefix) throws IOException {
        ModelPack pack = pack();
        return new ModelPack(
            pack.folder(),
            pack.name(),
            pack.dimension(),
            pack.vocabulary(),
            pack.pooling(),
            maxTokens,
            pack.inputs(),
            prefix,
            "",
            pack.license(),
            pack.origin(),
            pack.modelSha256(),
            pack.tokenizerSha256()
        );
    }

    private static float[] chunked(SentenceEncoder encoder, String text) {
        return encoder.encode(List.of(text), Purpose.ITEM, CHUNKS)[0];
    }

    /** The weighted mean of unit vectors, brought to unit length. */
    private static float[] weightedMean(float[][] vectors, int... weights) {
        double[] sum = new double[vectors[0].length];
        double square = 0;
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < vectors.length; j++) {
                sum[i] += weights[j] * (double) vectors[j][i];
            }
            square += sum[i] * sum[i];
        }
        float[] unit = new float[sum.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (sum[i] / Math.sqrt(square));
        }
        return unit;
    }

    public void testChunksAreWeightedByTheirTokens() {
        // 8 tokens, of which "unbelievabley" has the fourth and fifth: the middle is inside the word, so the split is before it.
        float[][] parts = limited.encode(List.of("a red tent", "unbelievabley large and light"));
        float[] expected = weightedMean(parts, 3, 5);
        float[] vector = chunked(limited, "a red tent unbelievabley large and light");
        assertArrayEquals(expected, vector, 2e-6f);
        assertUnit(vector);
        assertThat("equal weights differ", cosine(weightedMean(parts, 1, 1), vector), lessThan(0.9999));
        assertThat("[CLS] and [SEP] have no weight", cosine(weightedMean(parts, 5, 7), vector), lessThan(0.99999));
    }

    public void testTextBeyondTheLimitOfTheModelCounts() {
        String text = "a lamp for the desk. ".repeat(60);
        String other = text + "a tent for two people and a warm sleeping bag. ".repeat(30);
        assertArrayEquals(encoder.encode(List.of(text))[0], encoder.encode(List.of(other))[0], 2e-6f);
        float[] tent = encoder.encode(List.of("camping tent"))[0];
        assertThat(cosine(tent, chunked(encoder, other)), greaterThan(cosine(tent, chunked(encoder, text)) + 0.1));
    }

    public void testTextOfOneChunkHasTheSameVectorAsWithoutChunks() {
        List<String> texts = List.of("", " ", "a", "wireless headphones", "word ".repeat(254), "[CLS] [SEP]", "无线降噪耳机,黑色");
        float[][] expected = encoder.encode(texts);
        float[][] vectors = encoder.encode(texts, Purpose.ITEM, CHUNKS);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals("text " + i, expected[i], vectors[i], 0f);
        }
    }

    public void testNumberOfChunksIsBounded() {
        List<String> words = IntStream.range(0, 40).mapToObj(i -> List.of("red", "tent", "lamp", "chair", "desk").get(i * i % 5)).toList();
        for (int maxChunks = 1; maxChunks <= 7; maxChunks++) {
            String read = String.join(" ", words.subList(0, Math.min(40, 6 * maxChunks)));
            float[] vector = limited.encode(List.of(String.join(" ", words)), Purpose.ITEM, new Chunking(maxChunks))[0];
            assertArrayEquals("at most " + maxChunks, limited.encode(List.of(read), Purpose.ITEM, CHUNKS)[0], vector, 2e-6f);
        }
        // A token has 8 characters here, fewer than the cut by characters assumes, so the text is cut by tokens.
        String megabyte = "unusual ".repeat(1 << 17);
        assertArrayEquals(chunked(encoder, "unusual ".repeat(8 * 254)), chunked(encoder, megabyte), 2e-6f);
    }

    public void testMegabyteWithoutSpaces() {
        for (String text : List.of("x".repeat(1 << 20), "\uD83D\uDE80".repeat(1 << 19), "无".repeat(1 << 18))) {
            assertUnit(encoder.encode(List.of(text), Purpose.ITEM, new Chunking(2))[0]);
        }
    }

    public void testLongAndShortTextsKeepTheirOrder() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            texts.add("item number " + i + (i % 3 == 0 ? " for the house and the garden".repeat(20 * i) : ""));
        }
        Collections.shuffle(texts, random());
        float[][] together = encoder.encode(texts, Purpose.ITEM, CHUNKS);
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals("text " + i, chunked(encoder, texts.get(i)), together[i], 2e-6f);
        }
    }

    public void testReportsCountTextsAndTokensOnce() {
        List<BatchReport> reports = new ArrayList<>();
        // One chunk of 3 tokens, two of 4 and 3 and three of 5, each with 2 special tokens.
        List<String> texts = List.of("a red tent", "a red tent for two people too", "lamp ".repeat(15));
        limited.encode(texts, Purpose.ITEM, CHUNKS, reports::add);
        assertEquals(3, reports.stream().mapToInt(BatchReport::texts).sum());
        assertEquals(3 + 7 + 15 + 2 * 6, reports.stream().mapToInt(BatchReport::tokens).sum());
        assertEquals("one batch, padded to 7", 6 * 7, reports.stream().mapToInt(BatchReport::paddedTokens).sum());
    }

    public void testEveryChunkHasThePrefixOfItsPurpose() throws Exception {
        // [CLS], "query", ":" and [SEP] leave room for 6 tokens.
        try (SentenceEncoder prefixed = SentenceEncoder.load(runtime(), pack(10, "query: "), 1024)) {
            float[][] parts = encoder.encode(List.of("query: a red tent for", "query: two tall people"));
            float[] vector = prefixed.encode(List.of("a red tent for two tall people"), Purpose.QUERY, CHUNKS)[0];
            assertArrayEquals(weightedMean(parts, 4, 3), vector, 2e-6f);
            // Items have no prefix here, so there is room for 8 tokens.
            float[] item = prefixed.encode(List.of("a red tent for two tall people"), Purpose.ITEM, CHUNKS)[0];
            assertArrayEquals(encoder.encode(List.of("a red tent for two tall people"))[0], item, 2e-6f);
        }
    }

    public void testTruncationEqualsThatOfTheTokenizer() throws Exception {
        for (int maxTokens : new int[] { 2, 3, 8, 256 }) {
            ModelPack pack = pack(maxTokens, "query: ");
            try (
                ModelTokenizer tokenizer = new ModelTokenizer(runtime().loadTokenizer(pack.tokenizer()), pack);
                HuggingFaceTokenizer truncating = HuggingFaceTokenizer.builder(Map.of("modelMaxLength", "256"))
                    .optTokenizerPath(pack.tokenizer())
                    .optTruncation(true)
                    .optMaxLength(maxTokens)
                    .optPadding(false)
                    .build()
            ) {
                for (int i = 0; i < 200; i++) {
                    String longWords = " antidisestablishment ".repeat(randomInt(80));
                    String text = i == 0 ? "" : randomRealisticUnicodeOfLengthBetween(0, 40) + longWords;
                    Purpose purpose = randomFrom(Purpose.values());
                    List<Chunk> chunks = tokenizer.chunks(text, purpose, Chunking.TRUNCATE);
                    long[] expected = truncating.encode(pack.prefix(purpose) + pack.cut(text, Chunking.TRUNCATE)).getIds();
                    assertEquals(1, chunks.size());
                    assertArrayEquals(text, expected, IntStream.of(chunks.getFirst().ids()).asLongStream().toArray());
                }
            }
        }
    }

    public void testParameters() {
        assertEquals(Chunking.TRUNCATE, Chunking.of(null, null));
        assertEquals(Chunking.TRUNCATE, Chunking.of("truncate", null));
        assertEquals(CHUNKS, Chunking.of("chunks", null));
        assertEquals(new Chunking(64), Chunking.of("chunks", 64));
        assertRefused("mean", null, "[pooling] is [mean]; wanted [truncate] or [chunks]");
        assertRefused("chunks", 0, "[max_chunks] is [0]; wanted a whole number from 1 to [64]");
        assertRefused("chunks", 65, "[max_chunks] is [65]; wanted a whole number from 1 to [64]");
        assertRefused("chunks", 2.5, "[max_chunks] is [2.5]; wanted a whole number from 1 to [64]");
        assertRefused("chunks", "many", "[max_chunks] is [many]; wanted a whole number from 1 to [64]");
        assertRefused("truncate", 4, "[max_chunks] is [4], which needs [pooling] to be [chunks]; it is [truncate]");
        assertRefused(null, 4, "[max_chunks] is [4], which needs [pooling] to be [chunks]; it is [truncate]");
    }

    private static void assertRefused(String pooling, Object maxChunks, String reason) {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> Chunking.of(pooling, maxChunks));
        assertThat(e.getMessage(), containsString(reason));
    }

    public void testHeapBytes() throws Exception {
        ModelPack pack = pack();
        String text = "x".repeat(700);
        assertEquals(384 * 4, Chunking.TRUNCATE.heapBytes(pack, text));
        assertEquals(384 * 4, CHUNKS.heapBytes(pack, "x".repeat(255)));
        assertEquals("three chunks at most", 384 * 4 + 3 * (384 * 4 + 256 * 4), CHUNKS.heapBytes(pack, text));
        assertEquals(384 * 4 + 2 * (384 * 4 + 256 * 4), new Chunking(2).heapBytes(pack, text));
    }
}
