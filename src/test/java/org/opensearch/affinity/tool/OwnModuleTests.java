package org.opensearch.affinity.tool;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelInputs;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Pooling;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.pack.SentenceEncoder;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive.Tensor;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Settings;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.hamcrest.Matchers.lessThan;

/** Runs TorchScript modules that were not built by this plugin, with manifests written by hand. */
public class OwnModuleTests extends EncodeTestCase {
    private static final int VOCABULARY = 30522;

    /** A module that returns the sum of the tokens' embeddings, not normalised. */
    private static final String MASK = """
        class Encoder(Module):
          __parameters__ = []
          __buffers__ = ["words", ]
          training : bool
          words : Tensor
          def forward(self: __torch__.Encoder, ids: Tensor, mask: Tensor) -> Tensor:
            return torch.sum(torch.mul(torch.embedding(self.words, ids), torch.unsqueeze(mask, 2)), [1])
        """;

    private static final String LENGTHS = MASK.replace("mask: Tensor", "lengths: Tensor").replace("    return", """
            positions = torch.unsqueeze(torch.arange(torch.size(ids, 1)), 0)
            mask = torch.lt(positions, torch.unsqueeze(lengths, 1))
            return""".indent(4).stripTrailing());

    /** A module that runs out of memory with more than 100 tokens in a batch. */
    private static final String LITTLE_MEMORY = LENGTHS.replace("    return", """
            if torch.gt(torch.numel(ids), 100):
              ops.prim.RaiseException("CUDA out of memory. Tried to allocate 2.00 GiB")
            else:
              pass
            return""".indent(4).stripTrailing());

    public void testMaskAndLengthsSeeTheSameTokens() throws Exception {
        List<String> texts = List.of("lamp", "a lamp for the desk and for the tent", "");
        float[][] masked = encode(MASK, ModelInputs.MASK, texts);
        float[][] counted = encode(LENGTHS, ModelInputs.LENGTHS, texts);
        for (int i = 0; i < masked.length; i++) {
            assertUnit(masked[i]);
            assertArrayEquals(masked[i], counted[i], 1e-6f);
            assertArrayEquals("padding has no effect", encode(MASK, ModelInputs.MASK, texts.subList(i, i + 1))[0], masked[i], 1e-6f);
        }
        assertThat(cosine(masked[0], masked[1]), lessThan(0.99));
    }

    /** Reads the manifest in the README, with the checksums of the test's files. */
    public void testManifestOfTheReadme() throws Exception {
        Matcher shown = Pattern.compile("(?s)\n```json\n(.*?)```").matcher(Files.readString(PathUtils.get("docs/encode.md")));
        assertTrue(shown.find());
        ModelPack written = pack(MASK, ModelInputs.MASK, 384, 256, "", "");
        String manifest = shown.group(1)
            .replace("\"model_sha256\": \"…\"", "\"model_sha256\": \"" + written.modelSha256() + "\"")
            .replace("\"tokenizer_sha256\": \"…\"", "\"tokenizer_sha256\": \"" + written.tokenizerSha256() + "\"");
        Files.writeString(written.folder().resolve(ModelPack.MANIFEST), manifest);
        ModelPack pack = ModelPack.read(written.folder());
        assertEquals("mine", pack.name());
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack)) {
            float[] vector = encoder.encode(List.of("a lamp for the desk"))[0];
            assertEquals(384, vector.length);
            assertUnit(vector);
        }
    }

    public void testPrefixes() throws Exception {
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack(MASK, ModelInputs.MASK, "query: ", "passage: "))) {
            float[] query = encoder.encode(List.of("desk lamp"), Purpose.QUERY)[0];
            float[] item = encoder.encode(List.of("desk lamp"), Purpose.ITEM)[0];
            assertArrayEquals(item, encoder.encode(List.of("desk lamp"))[0], 0);
            assertArrayEquals(encode(MASK, ModelInputs.MASK, List.of("query: desk lamp"))[0], query, 1e-6f);
            assertArrayEquals(encode(MASK, ModelInputs.MASK, List.of("passage: desk lamp"))[0], item, 1e-6f);
            assertThat(cosine(query, item), lessThan(0.999));
        }
    }

    public void testOtherPrecisionsFallBackToFloat32() throws Exception {
        Settings bf16 = Settings.builder().put("affinity.precision", "bf16").build();
        TorchRuntime runtime = new TorchRuntime(folder("affinity.native"), 1, TorchSettings.of(bf16));
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime, pack(MASK, ModelInputs.MASK, "", ""))) {
            assertEquals(Precision.F32, encoder.precision());
        }
    }

    public void testOutOfMemoryHalvesTheBatch() throws Exception {
        List<String> texts = Collections.nCopies(40, "a lamp for the desk and for the tent");
        float[] expected = encode(LENGTHS, ModelInputs.LENGTHS, texts.subList(0, 1))[0];
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack(LITTLE_MEMORY, ModelInputs.LENGTHS, "", ""))) {
            assertEquals("the smallest candidate, although it exceeds the memory", 512, encoder.batchTokens());
            for (float[] vector : encoder.encode(texts)) {
                assertArrayEquals(expected, vector, 1e-6f);
            }
            assertEquals(64, encoder.batchTokens());
            String tooLong = "lamp ".repeat(200).toLowerCase(Locale.ROOT);
            expectThrows(RuntimeException.class, () -> encoder.encode(List.of(tooLong)));
        }
    }

    public void testChunks() throws Exception {
        Chunking chunks = new Chunking(8);
        // 64 tokens are three chunks of at most 28 tokens; the last text is one chunk.
        String text = "a lamp for the desk and for the tent, and one for the garden. ".repeat(4);
        List<String> texts = new ArrayList<>(Collections.nCopies(10, text));
        texts.add("a lamp");
        try (
            SentenceEncoder masked = SentenceEncoder.load(runtime(), pack(MASK, ModelInputs.MASK, 30, "", ""));
            SentenceEncoder counted = SentenceEncoder.load(runtime(), pack(LENGTHS, ModelInputs.LENGTHS, 30, "", ""));
            SentenceEncoder littleMemory = SentenceEncoder.load(runtime(), pack(LITTLE_MEMORY, ModelInputs.LENGTHS, 30, "", ""))
        ) {
            float[][] expected = counted.encode(texts, Purpose.ITEM, chunks);
            float[][] padded = masked.encode(texts, Purpose.ITEM, chunks);
            float[][] halved = littleMemory.encode(texts, Purpose.ITEM, chunks);
            for (int i = 0; i < expected.length; i++) {
                assertUnit(expected[i]);
                assertArrayEquals(expected[i], padded[i], 1e-6f);
                assertArrayEquals(expected[i], halved[i], 1e-6f);
            }
            assertEquals("halved until it fits the memory", 64, littleMemory.batchTokens());
            float[] truncated = counted.encode(texts.subList(0, 1))[0];
            assertThat("later chunks count", cosine(expected[0], truncated), lessThan(0.9999));
        }
    }

    private static float[][] encode(String code, ModelInputs inputs, List<String> texts) throws IOException {
        try (SentenceEncoder encoder = SentenceEncoder.load(runtime(), pack(code, inputs, "", ""))) {
            return encoder.encode(texts);
        }
    }

    private static ModelPack pack(String code, ModelInputs inputs, String queryPrefix, String itemPrefix) throws IOException {
        return pack(code, inputs, 256, queryPrefix, itemPrefix);
    }

    private static ModelPack pack(String code, ModelInputs inputs, int maxTokens, String queryPrefix, String itemPrefix)
        throws IOException {
        return pack(code, inputs, 3, maxTokens, queryPrefix, itemPrefix);
    }

    private static ModelPack pack(
        String code,
        ModelInputs inputs,
        int dimension,
        int maxTokens,
        String queryPrefix,
        String itemPrefix
    ) throws IOException {
        Path folder = createTempDir();
        TorchScriptArchive archive = new TorchScriptArchive("own");
        Tensor words = Tensor.zeros(VOCABULARY, dimension);
        FloatBuffer values = words.floats();
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, (float) Math.sin(i));
        }
        archive.put("words", words);
        archive.write(ModelPack.model(folder), BertCode.CLASS, code);
        Files.copy(pack().tokenizer(), ModelPack.tokenizer(folder));
        new ModelPack(
            folder,
            "own",
            dimension,
            VOCABULARY,
            Pooling.MEAN,
            maxTokens,
            inputs,
            queryPrefix,
            itemPrefix,
            "none",
            "a test",
            ModelPack.sha256(ModelPack.model(folder)),
            ModelPack.sha256(ModelPack.tokenizer(folder))
        ).write();
        return ModelPack.read(folder);
    }
}
