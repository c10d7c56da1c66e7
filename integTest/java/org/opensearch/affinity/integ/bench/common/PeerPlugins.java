package org.opensearch.affinity.integ.bench.common;

import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Other plugins of OpenSearch that benchmarks compare with. The build's profile {@code peers} names them and their versions. */
public final class PeerPlugins {
    private static final Path VERSIONS = Path.of("pom.xml");
    private static final int MOST_ERRORS = 12;

    private final Screen screen;

    public PeerPlugins(Screen screen) {
        this.screen = screen;
    }

    /** The folder that they are fetched into. */
    public static Path folder() {
        return BuiltPlugin.target().resolve("peers");
    }

    /** Fetches all of them (0.5 GB), unless they are there already. */
    public void fetchAll() throws IOException {
        fetch("peers", folder().resolve("complete"), "other plugins");
    }

    /**
     * Fetches the k-NN plugin (6 MB), unless it is there already.
     *
     * @return its zip
     */
    public Path fetchKnn() throws IOException {
        Path zip = folder().resolve("knn.zip");
        fetch("knn", zip, "k-NN plugin");
        return zip;
    }

    /** @param marker a file that is not older than pom.xml when the plugins are there */
    private void fetch(String execution, Path marker, String what) throws IOException {
        if (Files.exists(marker) && Files.getLastModifiedTime(marker).compareTo(Files.getLastModifiedTime(VERSIONS)) >= 0) {
            return;
        }
        try (Step step = screen.step("Fetching " + what)) {
            Files.createDirectories(folder());
            maven(folder().resolve(execution + ".log"), "-Ppeers", "dependency:copy@" + execution);
            if (Files.exists(marker) == false) {
                Files.createFile(marker);
            }
            Files.setLastModifiedTime(marker, FileTime.from(Instant.now()));
            step.done(what + " fetched into " + folder());
        }
    }

    private static void maven(Path log, String... arguments) throws IOException {
        ProcessBuilder maven = new ProcessBuilder("mvn", "-B", "-ntp").redirectErrorStream(true).redirectOutput(log.toFile());
        maven.redirectInput(new File("/dev/null")).command().addAll(List.of(arguments));
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = maven.start();
        try {
            if (process.waitFor() != 0) {
                String errors = Files.readString(log).lines().filter(line -> line.contains("ERROR")).limit(MOST_ERRORS)
                    .collect(Collectors.joining("\n"));
                throw new IOException("Maven failed; all of its output is in " + log + "\n" + errors);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Maven was running", e);
        }
    }
}
