package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An installation of OpenSearch with plugins, for any number of nodes. Nodes keep configuration, data and logs elsewhere, so nothing
 * is written here after {@link #install}.
 */
public record OpenSearchHome(Path path) {
    private static final String COMPLETE = ".complete";

    /**
     * Copies the unpacked distribution into {@code work} and installs the plugin, unless this was done before with the same files. Safe
     * against other processes that do the same.
     *
     * @param zip the plugin; null for OpenSearch without plugins
     */
    public static OpenSearchHome install(Path distribution, Path zip, Path work) throws IOException {
        return install(distribution, zip == null ? List.of() : List.of(zip), work);
    }

    /** Installs any number of plugins, in their order. */
    public static OpenSearchHome install(Path distribution, List<Path> zips, Path work) throws IOException {
        require(distribution.resolve("bin/opensearch"), "the unpacked OpenSearch");
        for (Path zip : zips) {
            require(zip, "the plugin zip");
        }
        Files.createDirectories(work);
        Path home = work.resolve("home").toAbsolutePath();
        try (
            FileChannel channel = FileChannel.open(work.resolve("home.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()
        ) {
            assert lock.isValid();
            StringBuilder identities = new StringBuilder(identity(distribution));
            for (Path zip : zips) {
                identities.append('\n').append(identity(zip));
            }
            String expected = identities.toString();
            Path complete = home.resolve(COMPLETE);
            if (Files.exists(complete) == false || Files.readString(complete).equals(expected) == false) {
                Folder.delete(home);
                copy(distribution, home);
                for (Path zip : zips) {
                    installPlugin(home, zip);
                }
                Files.writeString(complete, expected);
            }
        }
        return new OpenSearchHome(home);
    }

    /** Environment variables for the commands of the distribution. */
    public Map<String, String> environment() {
        return Map.of("OPENSEARCH_JAVA_HOME", System.getProperty("java.home"));
    }

    private static void installPlugin(Path home, Path zip) throws IOException {
        Path log = home.resolveSibling("install.log");
        List<String> command = List.of(home.resolve("bin/opensearch-plugin").toString(), "install", "--batch", zip.toUri().toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(new OpenSearchHome(home).environment());
        builder.environment().remove("OPENSEARCH_PATH_CONF");
        int status;
        try {
            status = builder.start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while installing the plugin", e);
        }
        if (status != 0) {
            throw new IOException("opensearch-plugin install failed (" + status + ") for " + zip + "\n" + LogTail.of(log, 12));
        }
    }

    private static void require(Path file, String what) throws IOException {
        if (Files.exists(file) == false) {
            throw new IOException(what + " is missing: " + file + "; `mvn -DskipTests package` makes it");
        }
    }

    private static String identity(Path file) throws IOException {
        return file.toAbsolutePath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
