package org.opensearch.affinity.profile;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes or reads the repeated strings of one profile: a string is written in full where it occurs first, and as its number from
 * then on. One object serves one profile, in one direction. Not thread-safe.
 */
final class StringDictionary {
    /** Numbers from 1, for writing. */
    private final Map<String, Integer> numbers = new HashMap<>();
    /** The strings read so far, in the order of their numbers. */
    private final List<String> strings = new ArrayList<>();

    /** Writes the string's number, or 0 and the string if it is new. */
    void write(StreamOutput out, String string) throws IOException {
        Integer number = numbers.get(string);
        if (number != null) {
            out.writeVInt(number);
        } else {
            out.writeVInt(0);
            out.writeString(string);
            numbers.put(string, numbers.size() + 1);
        }
    }

    /** @throws IOException if the number is not that of a string read before */
    String read(StreamInput in) throws IOException {
        int number = in.readVInt();
        if (number > strings.size()) {
            throw new IOException("profile refers to string [" + number + "], but its dictionary has [" + strings.size() + "] strings");
        }
        if (number == 0) {
            strings.add(in.readString());
        }
        return number == 0 ? strings.getLast() : strings.get(number - 1);
    }
}
