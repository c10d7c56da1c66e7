package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The lines of a log that say why something failed. */
public final class LogTail {
    private static final Pattern TELLING = Pattern.compile("\\[ERROR|\\[FATAL|ERROR:|Exception|Caused by|\\bfatal\\b|bootstrap check|OutOfMemory|No space left");
    private static final Pattern FRAME = Pattern.compile("^\\s+at |^\\s*\\.\\.\\. \\d+ more");
    private static final int LONGEST_LINE = 400;

    private LogTail() {}

    /** At most {@code count} lines: those that tell of an error, or the last ones when none does. Empty when there is no log. */
    public static String of(Path log, int count) {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().filter(line -> FRAME.matcher(line).find() == false).toList();
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
        List<String> telling = lines.stream().filter(line -> TELLING.matcher(line).find()).toList();
        List<String> shown = telling.isEmpty() || lines.size() <= count ? lines : telling;
        return shown.stream()
            .skip(Math.max(0, shown.size() - count))
            .map(line -> line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…")
            .collect(Collectors.joining("\n    ", "    ", ""));
    }
}
