package org.opensearch.affinity.integ.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A set of judged queries, and the events that precede them. */
public enum Split {
    VALID("events-train"),
    TEST("events-train", "events-valid");

    private final List<String> events;

    Split(String... events) {
        this.events = List.of(events);
    }

    /** The files of the preceding events, oldest first, without ending. */
    List<String> eventFiles() {
        return events;
    }

    /** The file of the queries, without ending. */
    public String queryFile() {
        return "queries-" + word();
    }

    /** The name: {@code valid} or {@code test}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a text is the {@link #word} of a split. */
    public static boolean isWord(String text) {
        return Stream.of(values()).anyMatch(split -> split.word().equals(text));
    }

    /** The split of a {@link #word}. */
    public static Split ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
