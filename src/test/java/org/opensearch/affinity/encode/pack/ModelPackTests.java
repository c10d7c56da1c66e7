package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.EncodeTestCase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

public class ModelPackTests extends EncodeTestCase {
    public void testBuiltPack() throws Exception {
        ModelPack pack = pack();
        assertEquals(MODEL, pack.name());
        assertEquals(384, pack.dimension());
        assertEquals(Pooling.MEAN, pack.pooling());
        assertEquals(256, pack.maxTokens());
        pack.verify();
    }

    public void testManifestRoundTrip() throws Exception {
        Path folder = createTempDir();
        ModelPack pack = new ModelPack(folder, "m", 3, 10, Pooling.CLS, 8, "MIT", "a \"test\"", "aa", "bb");
        pack.write();
        assertEquals(pack, ModelPack.read(folder));
    }

    public void testManifestOfPrefixesAndMask() throws Exception {
        Path folder = createTempDir();
        ModelPack pack = new ModelPack(folder, "m", 3, 10, Pooling.CLS, 8, ModelInputs.MASK, "query: ", "", "MIT", "a test", "aa", "bb");
        pack.write();
        assertEquals(pack, ModelPack.read(folder));
        assertEquals("query: ", pack.prefix(Purpose.QUERY));
        assertEquals("", pack.prefix(Purpose.ITEM));
    }

    public void testManifestWithoutOptionalFields() throws Exception {
        Path folder = createTempDir();
        Files.writeString(folder.resolve(ModelPack.MANIFEST), manifest());
        ModelPack pack = ModelPack.read(folder);
        assertEquals(ModelInputs.LENGTHS, pack.inputs());
        assertEquals("", pack.prefix(randomFrom(Purpose.values())));
    }

    public void testManifestErrorsNameFileAndField() throws Exception {
        assertRefused("{\"format\": 1, \"name\": \"m\"}", "dimension");
        assertRefused(manifest().replace("}", ", \"colour\": \"red\"}"), "[colour]");
        assertRefused(manifest().replace("\"mean\"", "\"max\""), "unknown pooling [max]; known: [mean, cls]");
        assertRefused(manifest().replace("\"dimension\": 384", "\"dimension\": 0"), "[dimension] must be at least 1, got [0]");
        assertRefused(manifest().replace("\"dimension\": 384", "\"dimension\": \"many\""), "[dimension]");
        assertRefused(manifest().replace("\"name\": \"m\"", "\"name\": \" \""), "[name] must not be blank");
        assertRefused(manifest().replace("}", ", \"inputs\": \"both\"}"), "unknown inputs [both]; known: [lengths, mask]");
        assertRefused(manifest().replace("\"format\": 1", "\"format\": 2"), "[format] is [2]; this version reads [1]");
    }

    public void testBrokenJsonNamesFile() throws Exception {
        Path folder = createTempDir();
        Files.writeString(folder.resolve(ModelPack.MANIFEST), "{\"format\": 1,");
        Exception e = expectThrows(Exception.class, () -> ModelPack.read(folder));
        assertThat(e.getMessage(), containsString(folder.resolve(ModelPack.MANIFEST).toString()));
    }

    public void testNoManifest() {
        Path folder = createTempDir();
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> ModelPack.read(folder));
        assertThat(e.getMessage(), allOf(containsString(folder.toString()), containsString("has no [manifest.json]")));
    }

    public void testChecksumMismatchIsRefused() throws Exception {
        Path folder = brokenPack(createTempDir(), "m");
        ModelPack pack = ModelPack.read(folder);
        pack.verify();
        Path changed = randomBoolean() ? pack.model() : pack.tokenizer();
        Files.writeString(changed, Files.readString(changed) + " ");
        IllegalStateException e = expectThrows(IllegalStateException.class, pack::verify);
        assertThat(e.getMessage(), allOf(containsString(changed.toString()), containsString("sha256")));
    }

    public void testCut() {
        ModelPack pack = new ModelPack(createTempDir(), "m", 3, 10, Pooling.CLS, 2, "MIT", "a test", "aa", "bb");
        assertEquals("x".repeat(32), pack.cut("x".repeat(32), Chunking.TRUNCATE));
        assertEquals("x".repeat(32), pack.cut("x".repeat(33), Chunking.TRUNCATE));
        assertEquals("x".repeat(31), pack.cut("x".repeat(31) + "\uD83D\uDE80", Chunking.TRUNCATE));
        assertEquals("x".repeat(96), pack.cut("x".repeat(97), new Chunking(3)));
    }

    private void assertRefused(String manifest, String reason) throws IOException {
        Path folder = createTempDir();
        Path file = folder.resolve(ModelPack.MANIFEST);
        Files.writeString(file, manifest);
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> ModelPack.read(folder));
        assertThat(e.getMessage(), allOf(containsString(file.toString()), containsString(reason)));
    }

    private static String manifest() {
        return """
            {"format": 1, "name": "m", "dimension": 384, "vocabulary": 10, "pooling": "mean", "max_tokens": 8,
             "license": "MIT", "origin": "a test", "model_sha256": "aa", "tokenizer_sha256": "bb"}""";
    }
}
