package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.Path;

/** What the build made, as failsafe tells its tests. */
public final class BuiltPlugin {
    private BuiltPlugin() {}

    /** OpenSearch with the plugin of this build; installed by the first test that asks. */
    public static OpenSearchHome home() throws IOException {
        return OpenSearchHome.install(path("affinity.distribution"), path("affinity.zip"), path("affinity.work"));
    }

    /** A folder for the nodes of one test. */
    public static Path folder(Class<?> test) throws IOException {
        return path("affinity.work").resolve(test.getSimpleName());
    }

    private static Path path(String property) throws IOException {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IOException("system property " + property + " is missing: run the *IT tests through `mvn verify`, or give it");
        }
        return Path.of(value);
    }
}
