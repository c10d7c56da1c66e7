package org.opensearch.affinity.integ.bench.common;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Texts to encode.
 *
 * @param origin a description of their source
 */
public record Texts(String origin, List<String> all) {
    private static final Path APT = Path.of("/var/lib/apt/lists");
    private static final Path APT_HELPER = Path.of("/usr/lib/apt/apt-helper");
    private static final Path INSTALLED = Path.of("/var/lib/dpkg/status");
    private static final long SEED = 20_260_101L;

    /** Reads a file: one text per line, or the descriptions of a Debian control file. Blank and repeated texts are left out. */
    public static Texts read(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            Texts texts = new Texts(file.getFileName().toString(), List.copyOf(parse(lines)));
            if (texts.all.isEmpty()) {
                throw new IOException("no texts in " + file);
            }
            return texts;
        } catch (UncheckedIOException e) {
            throw new IOException(file + " cannot be read as UTF-8 text", e);
        }
    }

    /** Reads descriptions of Debian packages: those of all packages when apt keeps them, else those of the installed ones. */
    public static Texts ofThisMachine() throws IOException {
        if (Files.isDirectory(APT) && Files.isExecutable(APT_HELPER)) {
            Set<String> known = new LinkedHashSet<>();
            try (Stream<Path> files = Files.list(APT)) {
                for (Path file : files.filter(name -> name.toString().contains("_i18n_Translation-en")).sorted().toList()) {
                    known.addAll(unpacked(file));
                }
            }
            if (known.isEmpty() == false) {
                return new Texts("descriptions of all Debian packages", List.copyOf(known));
            }
        }
        if (Files.isReadable(INSTALLED)) {
            return new Texts("descriptions of the Debian packages installed here", read(INSTALLED).all);
        }
        throw new IOException("this machine has no Debian package descriptions: give --texts FILE with one text per line");
    }

    /** A random sample, drawn with a fixed seed. */
    public Texts sample(int count) {
        List<String> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(SEED));
        return new Texts(origin, List.copyOf(shuffled.subList(0, Math.min(count, shuffled.size()))));
    }

    /** Reads a compressed list of apt, with apt's own tool. */
    private static Collection<String> unpacked(Path file) throws IOException {
        Process process = new ProcessBuilder(APT_HELPER.toString(), "cat-file", file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return parse(lines);
        } finally {
            process.destroy();
        }
    }

    static Collection<String> parse(BufferedReader lines) throws IOException {
        List<String> read = lines.lines().toList();
        boolean control = read.isEmpty() == false && read.getFirst().startsWith("Package: ");
        Set<String> texts = new LinkedHashSet<>(control ? descriptions(read) : read.stream().map(String::strip).toList());
        texts.remove("");
        return texts;
    }

    /** Summary and long text of each package as one line, without Debian's marks for empty lines. */
    private static List<String> descriptions(List<String> control) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = null;
        for (String line : control) {
            if (text != null && line.startsWith(" ")) {
                String more = line.strip();
                text.append(more.equals(".") || more.isEmpty() ? "" : " " + more);
                continue;
            }
            if (text != null) {
                texts.add(text.toString());
            }
            boolean description = line.startsWith("Description: ") || line.startsWith("Description-en: ");
            text = description ? new StringBuilder(line.substring(line.indexOf(' ') + 1).strip()) : null;
        }
        if (text != null) {
            texts.add(text.toString());
        }
        return texts;
    }
}
