package org.opensearch.affinity.encode;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.affinity.encode.pack.ModelPacks;

import java.nio.file.Path;
import java.util.List;

/** Base of tests of the queue and the cache, with the models {@code fake} and {@code other}, which only {@link FakeInference} can run. */
public abstract class FakeDeviceTestCase extends EncodeTestCase {
    static ModelPacks models;

    @BeforeClass
    public static void openModels() throws Exception {
        Path packs = createTempDir();
        brokenPack(packs, "fake");
        brokenPack(packs, "other");
        models = new ModelPacks(runtime(), List.of(packs));
    }

    @AfterClass
    public static void closeModels() {
        models.close();
        models = null;
    }
}
