package org.opensearch.affinity.profile;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The strings of one profile, each of which is written where it comes first and is a number from then on: a profile names the
 * same items and actions many times. One object writes or reads one profile, in one order. Not thread-safe.
 */
final class StringDictionary {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    void write(StreamOutput out, String word) throws IOException {
        Integer number = numbers.get(word);
        if (number != null) {
            out.writeVInt(number);
        } else {
            out.writeVInt(0);
            out.writeString(word);
            numbers.put(word, numbers.size() + 1);
        }
    }

    String read(StreamInput in) throws IOException {
        int number = in.readVInt();
        if (number > words.size()) {
            throw new IOException("profile names word [" + number + "] of [" + words.size() + "]");
        }
        if (number == 0) {
            words.add(in.readString());
        }
        return number == 0 ? words.getLast() : words.get(number - 1);
    }
}
