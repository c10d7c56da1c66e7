package org.opensearch.affinity.integ.cluster;

import javax.tools.ToolProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The plugin as it was at an earlier commit, which the resource {@code previous-build} names: its sources from the history of git, compiled
 * against the libraries of this build.
 */
public final class PreviousBuild {
    private static final String RESOURCE = "/previous-build";

    private PreviousBuild() {}

    /** The full name of the commit. */
    public static String commit() throws IOException {
        try (InputStream name = PreviousBuild.class.getResourceAsStream(RESOURCE)) {
            return new String(name.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    /** Installs OpenSearch with the plugin of that commit. Empty where the history has no such commit, as in a shallow clone. */
    public static Optional<OpenSearchHome> install(Path distribution, Path zip, Path work) throws IOException {
        String commit = commit();
        if (run("git", "cat-file", "-e", commit + "^{commit}") == false) {
            return Optional.empty();
        }
        OpenSearchHome home = OpenSearchHome.install(distribution, zip, work);
        Path plugin = home.path().resolve("plugins/opensearch-affinity");
        Path jar = plugin.resolve("opensearch-affinity-" + commit + ".jar");
        if (Files.exists(jar) == false) {
            List<Path> own = files(plugin, "opensearch-affinity-", ".jar");
            Path classes = compile(source(commit, work), home, own, work);
            Path partial = work.resolve("previous.jar");
            zip(classes, partial);
            for (Path present : own) {
                Files.delete(present);
            }
            Files.move(partial, jar);
        }
        return Optional.of(home);
    }

    private static Path source(String commit, Path work) throws IOException {
        Path archive = work.resolve("source.zip").toAbsolutePath();
        if (run("git", "archive", "--format=zip", "--output=" + archive, commit, "src/main") == false) {
            throw new IOException("git archive of [" + commit + "] failed");
        }
        Path source = work.resolve("source");
        Folder.delete(source);
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                Path file = source.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip.getInputStream(entry), file);
                }
            }
        }
        return source.resolve("src/main");
    }

    /** A folder with classes and resources. */
    private static Path compile(Path source, OpenSearchHome home, List<Path> without, Path work) throws IOException {
        Path classes = work.resolve("classes");
        Folder.delete(classes);
        Path resources = source.resolve("resources");
        if (Files.exists(resources)) {
            for (Path file : files(resources, "", "")) {
                Path copy = classes.resolve(resources.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        List<Path> libraries = new ArrayList<>(files(home.path().resolve("lib"), "", ".jar"));
        libraries.addAll(files(home.path().resolve("plugins/opensearch-affinity"), "", ".jar"));
        libraries.removeAll(without);
        List<String> arguments = new ArrayList<>(List.of("--release", "21", "-proc:none", "-nowarn", "-d", classes.toString(), "-cp"));
        arguments.add(libraries.stream().map(Path::toString).collect(Collectors.joining(System.getProperty("path.separator"))));
        files(source.resolve("java"), "", ".java").forEach(file -> arguments.add(file.toString()));
        if (ToolProvider.getSystemJavaCompiler().run(null, OutputStream.nullOutputStream(), null, arguments.toArray(String[]::new)) != 0) {
            throw new IOException("the sources of commit [" + commit() + "] cannot be compiled against the libraries of this build");
        }
        return classes;
    }

    private static void zip(Path folder, Path jar) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files(folder, "", "")) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private static List<Path> files(Path folder, String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                .filter(file -> file.getFileName().toString().startsWith(prefix) && file.toString().endsWith(suffix))
                .toList();
        }
    }

    /** Whether a command succeeds. */
    private static boolean run(String... command) throws IOException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
