package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.EncodeTestCase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

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

    public void testSameNameTwice() throws Exception {
        Path config = createTempDir();
        Path mine = brokenPack(config, MODEL);
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> models(config));
        assertThat(e.getMessage(), allOf(containsString("two packs are named [" + MODEL + "]"), containsString(mine.toString())));
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
            IllegalStateException e = expectThrows(IllegalStateException.class, () -> models.get("broken"));
            assertThat(e.getMessage(), allOf(containsString("cannot load module"), containsString("broken")));
            assertUnit(models.get(MODEL).encode(List.of("others work"))[0]);
        }
    }
}
