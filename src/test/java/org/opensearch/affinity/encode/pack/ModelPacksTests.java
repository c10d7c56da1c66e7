package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.rest.RestStatus;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

public class ModelPacksTests extends EncodeTestCase {
    public void testPacksOfAllFolders() throws Exception {
        Path config = createTempDir();
        brokenPack(config, "own");
        Files.writeString(config.resolve("README"), "not a pack");
        Files.createDirectory(config.resolve("lost+found"));
        try (ModelPacks models = models(config, config.resolve("missing"))) {
            assertEquals(Set.of(MODEL, "own"), models.names());
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> models.get("minilm"));
            assertEquals("unknown model [minilm]; available: [all-minilm-l6-v2, own]", e.getMessage());
        }
    }

    public void testOfTwoPacksOfOneNameNoneIsUsed() throws Exception {
        Path config = createTempDir();
        brokenPack(config, MODEL);
        brokenPack(config, "own");
        try (ModelPacks models = models(config)) {
            assertEquals(Set.of(MODEL, "own"), models.names());
            assertUnavailable(models, MODEL, "two packs have this name; remove one and restart the node");
        }
    }

    public void testBrokenManifestIsLikeAMissingOne() throws Exception {
        Path config = createTempDir();
        brokenPack(config, "own");
        Files.writeString(Files.createDirectory(config.resolve("cut")).resolve(ModelPack.MANIFEST), "{\"format\": 1,");
        Files.writeString(Files.createDirectory(config.resolve("empty")).resolve(ModelPack.MANIFEST), "");
        Files.writeString(Files.createDirectory(config.resolve("newer")).resolve(ModelPack.MANIFEST), "{\"format\": 7}");
        Files.createDirectories(config.resolve("folder").resolve(ModelPack.MANIFEST));
        try (ModelPacks models = models(config)) {
            assertEquals(Set.of(MODEL, "own"), models.names());
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> models.get("cut"));
            assertEquals(
                "unknown model [cut]; available: [all-minilm-l6-v2, own]; "
                    + "ignored, for reasons in the node's log: [cut, empty, folder, newer]",
                e.getMessage()
            );
        }
    }

    public void testWrongFilesAreFoundInTheBackgroundAndReadOnce() throws Exception {
        Path config = createTempDir();
        Path changed = ModelPack.tokenizer(brokenPack(config, "changed"));
        Files.writeString(changed, Files.readString(changed) + " ");
        Path gone = ModelPack.model(brokenPack(config, "gone"));
        Files.delete(gone);
        try (ModelPacks models = models(config)) {
            assertEquals(Optional.empty(), models.fault("gone"));
            models.checkIn(Runnable::run);
            assertEquals(Optional.of("[model.pt] is missing in its pack"), models.fault("gone"));
            assertEquals(Optional.empty(), models.fault(MODEL));
            assertUnavailable(models, "changed", "[tokenizer.json] has sha256 [");
            // Not read again: the right files would pass.
            Files.writeString(changed, Files.readString(changed).stripTrailing());
            Files.writeString(gone, "no module");
            assertUnavailable(models, "changed", "[tokenizer.json] has sha256 [");
            assertUnavailable(models, "gone", "[model.pt] is missing in its pack");
        }
    }

    private static void assertUnavailable(ModelPacks models, String model, String reason) {
        OpenSearchStatusException e = expectThrows(OpenSearchStatusException.class, () -> models.get(model));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, e.status());
        assertThat(e.getMessage(), allOf(containsString("[model] [" + model + "] cannot be used: " + reason), not(containsString("/"))));
        assertNull("a cause would be in the response", e.getCause());
    }

    public void testLoadedOnceAndNotAfterClose() throws Exception {
        ModelPacks models = models();
        SentenceEncoder encoder;
        try (models) {
            encoder = models.get(MODEL);
            assertSame(encoder, models.get(MODEL));
        }
        expectThrows(IllegalStateException.class, () -> encoder.encode(List.of("late")));
        expectThrows(IllegalStateException.class, () -> models.get(MODEL));
    }

    public void testFileThatIsNoModel() throws Exception {
        Path config = createTempDir();
        brokenPack(config, "broken");
        try (ModelPacks models = models(config)) {
            assertUnavailable(models, "broken", "[encode] cannot load module [model.pt] with the native code in [native]: ");
            assertUnit(models.get(MODEL).encode(List.of("others work"))[0]);
        }
    }

    public void testFailedLoadIsRememberedForAWhile() throws Exception {
        Path natives = createTempDir();
        List<Path> packs = List.of(folder("affinity.models"));
        TorchRuntime incomplete = new TorchRuntime(natives, 1);
        try (
            ModelPacks patient = new ModelPacks(incomplete, packs, TimeValue.timeValueHours(1));
            ModelPacks eager = new ModelPacks(incomplete, packs, TimeValue.ZERO)
        ) {
            String tokenizers = System.mapLibraryName("tokenizers");
            assertUnavailable(patient, MODEL, "[encode] cannot load tokenizer [tokenizer.json] with");
            assertUnavailable(eager, MODEL, "[encode] cannot load tokenizer [tokenizer.json] with");
            Files.createFile(natives.resolve(tokenizers));
            OpenSearchStatusException again = expectThrows(OpenSearchStatusException.class, () -> patient.get(MODEL));
            assertThat(again.getMessage(), containsString("[" + tokenizers + "] is missing"));
            again = expectThrows(OpenSearchStatusException.class, () -> eager.get(MODEL));
            assertThat(again.getMessage(), not(containsString("[" + tokenizers + "] is missing")));
        }
    }

    public void testNativeTokenizerIsClosedWhenTheModuleCannotBeLoaded() throws Exception {
        ModelPack broken = ModelPack.read(brokenPack(createTempDir(), "broken"));
        HuggingFaceTokenizer tokenizer = runtime().loadTokenizer(broken.tokenizer());
        expectThrows(IllegalStateException.class, () -> SentenceEncoder.load(runtime(), broken, tokenizer, 1024, List::getFirst));
        assertTrue(tokenizer.isReleased());
    }

    public void testMessagesForCallersNameNoFolders() {
        assertEquals("cannot load [model.pt] in [native]: a b", ModelPacks.withoutFolders("cannot load [/a/b c/model.pt] in [/x/native]: a b\nat C++"));
        assertEquals("and/or a/b 1/2", ModelPacks.withoutFolders("and/or a/b 1/2"));
        assertEquals(501, ModelPacks.withoutFolders("x".repeat(1000)).length());
        assertEquals("", ModelPacks.withoutFolders(""));
    }
}
