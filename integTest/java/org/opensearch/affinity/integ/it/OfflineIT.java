package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.LogTail;
import org.opensearch.affinity.integ.cluster.Offline;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

/** A node on a machine without a network encodes and searches. Skipped where nobody may make a network namespace. */
public class OfflineIT {
    private static final List<String> PROPERTIES = List.of("affinity.zip", "affinity.distribution", "affinity.work");
    private static final int PATIENCE_SECONDS = 400;

    @Test
    public void encodesAndSearchesWithoutANetwork() throws Exception {
        assumeTrue("needs network namespaces: `unshare --map-root-user --net` and `ip` must work here", Offline.available());
        Path folder = BuiltPlugin.folder(OfflineIT.class);
        Files.createDirectories(folder);
        JsonNode seen = run(folder.resolve("seen.json"), folder.resolve("errors.log"));

        assertEquals("[\"lo\"]", seen.path("interfaces").toString());
        assertEquals(0, seen.path("routes").asInt());
        assertThat(seen.path("outside").asText(), containsString("unreachable"));
        assertEquals("[\"all-minilm-l6-v2\"]", seen.path("models").toString());
        assertThat(seen.path("cosine_of_lantern").asDouble(), greaterThan(seen.path("cosine_of_chair").asDouble() + 0.2));
        assertEquals(seen.toString(), 1, seen.path("found").size());
        assertEquals("1", seen.path("found").path(0).path("_id").asText());
    }

    private static JsonNode run(Path output, Path errors) throws IOException, InterruptedException {
        Process shop = Offline.java(OfflineShop.class, PROPERTIES, output, errors);
        try {
            assertTrue("not done after " + PATIENCE_SECONDS + " s", shop.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertEquals(LogTail.of(errors, 12), 0, shop.exitValue());
            return Rest.JSON.readTree(output.toFile());
        } finally {
            // Its node ends with it.
            shop.destroy();
        }
    }
}
