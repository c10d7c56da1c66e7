package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Extracts from a log the lines that explain a failure. */
public final class LogTail {
    private static final Pattern ERROR = Pattern.compile(
        "\\[ERROR|\\[FATAL|ERROR:|Exception|Caused by|\\bfatal\\b|bootstrap check|OutOfMemory|No space left"
    );
    private static final Pattern STACK_FRAME = Pattern.compile("^\\s+at |^\\s*\\.\\.\\. \\d+ more");
    private static final int LONGEST_LINE = 400;

    private LogTail() {}

    /** Returns at most {@code count} indented lines: the last ones that report an error, or the last ones of all when none does. */
    public static String of(Path log, int count) {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines()
                .filter(line -> STACK_FRAME.matcher(line).find() == false).toList();
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
        List<String> errors = lines.stream().filter(line -> ERROR.matcher(line).find()).toList();
        List<String> shown = errors.isEmpty() || lines.size() <= count ? lines : errors;
        return shown.stream()
            .skip(Math.max(0, shown.size() - count))
            .map(line -> line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…")
            .collect(Collectors.joining("\n    ", "    ", ""));
    }
}
