package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * The files that the build made. The build names them to its integration tests by system properties; demo and benchmarks take the
 * newest ones of the folder {@link #target}.
 */
public final class BuiltPlugin {
    private BuiltPlugin() {}

    /** OpenSearch with the plugin of this build, for integration tests; the first test that asks for it installs it. */
    public static OpenSearchHome home() throws IOException {
        return OpenSearchHome.install(distribution(), zip(), work());
    }

    /** A folder for the nodes of one integration test. */
    public static Path folder(Class<?> test) throws IOException {
        return work().resolve(test.getSimpleName());
    }

    private static Path work() throws IOException {
        String work = System.getProperty("affinity.work");
        if (work == null) {
            throw new IOException("system property affinity.work is missing: run the *IT tests with `mvn verify`, or set it");
        }
        return Path.of(work);
    }

    /** The folder of all build output. */
    public static Path target() {
        return Path.of(System.getProperty("affinity.target", "target")).toAbsolutePath();
    }

    /** The unpacked OpenSearch that the plugin is built for. */
    public static Path distribution() throws IOException {
        return path("affinity.distribution", target().resolve("distribution"), "opensearch-*");
    }

    /** The plugin's zip. */
    public static Path zip() throws IOException {
        return path("affinity.zip", target().resolve("releases"), "opensearch-affinity-*.zip");
    }

    private static Path path(String property, Path folder, String name) throws IOException {
        String given = System.getProperty(property);
        return given == null ? newest(folder, name) : Path.of(given);
    }

    private static Path newest(Path folder, String name) throws IOException {
        Path newest = null;
        FileTime latest = null;
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name)) {
                for (Path path : found) {
                    FileTime time = Files.getLastModifiedTime(path);
                    if (latest == null || time.compareTo(latest) > 0) {
                        newest = path;
                        latest = time;
                    }
                }
            }
        }
        if (newest == null) {
            throw new IOException(folder.resolve(name) + " is missing: `mvn -DskipTests package` makes it");
        }
        return newest;
    }
}
