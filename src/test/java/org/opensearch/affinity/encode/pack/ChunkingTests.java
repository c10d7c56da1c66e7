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

/** Long texts on the real model. */
public class ChunkingTests extends EncodeTestCase {
    private static final Chunking CHUNKS = new Chunking(8);

    private static SentenceEncoder encoder;
    /** The same model, as if it read 8 tokens: 6 of a text. */
    private static SentenceEncoder narrow;

    @BeforeClass
    public static void loadModels() throws Exception {
        encoder = SentenceEncoder.load(runtime(), pack(), 1024);
        narrow = SentenceEncoder.load(runtime(), pack(8, ""), 1024);
    }

    @AfterClass
    public static void closeModels() {
        encoder.close();
        narrow.close();
        encoder = null;
        narrow = null;
    }

    /** The model, as if it had been made for so many tokens, and for queries with this prefix. */
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

    private static float[] weighted(float[][] vectors, int... weights) {
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

    public void testChunksWeighAsMuchAsTheirTokens() {
        // "unbelievabley" is two tokens: the middle of the eight is inside it.
        float[][] parts = narrow.encode(List.of("a red tent", "unbelievabley large and light"));
        float[] expected = weighted(parts, 3, 5);
        float[] vector = chunked(narrow, "a red tent unbelievabley large and light");
        assertArrayEquals(expected, vector, 2e-6f);
        assertUnit(vector);
        assertThat("weights count", cosine(weighted(parts, 1, 1), vector), lessThan(0.9999));
        assertThat("[CLS] and [SEP] do not", cosine(weighted(parts, 5, 7), vector), lessThan(0.99999));
    }

    public void testWhatIsBeyondTheModelsReachCounts() {
        String text = "a lamp for the desk. ".repeat(60);
        String other = text + "a tent for two people and a warm sleeping bag. ".repeat(30);
        assertArrayEquals(encoder.encode(List.of(text))[0], encoder.encode(List.of(other))[0], 2e-6f);
        float[] tent = encoder.encode(List.of("camping tent"))[0];
        assertThat(cosine(tent, chunked(encoder, other)), greaterThan(cosine(tent, chunked(encoder, text)) + 0.1));
    }

    public void testTextOfOneChunkHasTheVectorItHasWithoutChunks() {
        List<String> texts = List.of("", " ", "a", "wireless headphones", "word ".repeat(254), "[CLS] [SEP]", "无线降噪耳机,黑色");
        float[][] expected = encoder.encode(texts);
        float[][] vectors = encoder.encode(texts, Purpose.ITEM, CHUNKS);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals("text " + i, expected[i], vectors[i], 0f);
        }
    }

    public void testNumberOfChunksIsBounded() {
        List<String> words = IntStream.range(0, 40).mapToObj(i -> List.of("red", "tent", "lamp", "chair", "desk").get(i * i % 5)).toList();
        for (int most = 1; most <= 7; most++) {
            String read = String.join(" ", words.subList(0, Math.min(40, 6 * most)));
            float[] vector = narrow.encode(List.of(String.join(" ", words)), Purpose.ITEM, new Chunking(most))[0];
            assertArrayEquals("at most " + most, narrow.encode(List.of(read), Purpose.ITEM, CHUNKS)[0], vector, 2e-6f);
        }
        // 8 characters a word are less than is looked at, so a megabyte is cut where the tokens end.
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

    public void testBatchesCountChunksAndTextsOnce() {
        List<BatchReport> ran = new ArrayList<>();
        // 1 chunk of 3 tokens, 2 of 4 and 3, 3 of 5 tokens; 2 special ones each.
        List<String> texts = List.of("a red tent", "a red tent for two people too", "lamp ".repeat(15));
        narrow.encode(texts, Purpose.ITEM, CHUNKS, ran::add);
        assertEquals(3, ran.stream().mapToInt(BatchReport::texts).sum());
        assertEquals(3 + 7 + 15 + 2 * 6, ran.stream().mapToInt(BatchReport::tokens).sum());
        assertEquals("one batch, padded to 7", 6 * 7, ran.stream().mapToInt(BatchReport::paddedTokens).sum());
    }

    public void testEveryChunkHasThePrefixOfItsPurpose() throws Exception {
        // [CLS] query : and [SEP] leave room for 6.
        try (SentenceEncoder prefixed = SentenceEncoder.load(runtime(), pack(10, "query: "), 1024)) {
            float[][] parts = encoder.encode(List.of("query: a red tent for", "query: two tall people"));
            float[] vector = prefixed.encode(List.of("a red tent for two tall people"), Purpose.QUERY, CHUNKS)[0];
            assertArrayEquals(weighted(parts, 4, 3), vector, 2e-6f);
            // Items have no prefix here, so there is room for 8.
            float[] item = prefixed.encode(List.of("a red tent for two tall people"), Purpose.ITEM, CHUNKS)[0];
            assertArrayEquals(encoder.encode(List.of("a red tent for two tall people"))[0], item, 2e-6f);
        }
    }

    public void testTextThatIsCutHasTheTokensOfATokenizerThatTruncates() throws Exception {
        for (int maxTokens : new int[] { 2, 3, 8, 256 }) {
            ModelPack pack = pack(maxTokens, "query: ");
            try (
                ModelTokenizer ours = new ModelTokenizer(runtime().tokenizer(pack.tokenizer()), pack);
                HuggingFaceTokenizer theirs = HuggingFaceTokenizer.builder(Map.of("modelMaxLength", "256"))
                    .optTokenizerPath(pack.tokenizer())
                    .optTruncation(true)
                    .optMaxLength(maxTokens)
                    .optPadding(false)
                    .build()
            ) {
                for (int i = 0; i < 200; i++) {
                    String text = i == 0 ? "" : randomRealisticUnicodeOfLengthBetween(0, 40) + " antidisestablishment ".repeat(randomInt(80));
                    Purpose purpose = randomFrom(Purpose.values());
                    List<Chunk> chunks = ours.chunks(text, purpose, Chunking.TRUNCATE);
                    long[] expected = theirs.encode(pack.prefix(purpose) + pack.cut(text, Chunking.TRUNCATE)).getIds();
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

    public void testBytes() throws Exception {
        ModelPack pack = pack();
        String text = "x".repeat(700);
        assertEquals(384 * 4, Chunking.TRUNCATE.bytes(pack, text));
        assertEquals(384 * 4, CHUNKS.bytes(pack, "x".repeat(255)));
        assertEquals("three chunks at most", 384 * 4 + 3 * (384 * 4 + 256 * 4), CHUNKS.bytes(pack, text));
        assertEquals(384 * 4 + 2 * (384 * 4 + 256 * 4), new Chunking(2).bytes(pack, text));
    }
}
