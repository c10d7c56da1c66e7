package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;

/**
 * The keys that make the pseudonyms under which users are stored, in the order of their use: the first key signs the user's name, each
 * further key signs the result of the one before. Data stored under a chain can therefore be moved to a longer chain with the same
 * beginning, without the users' names. Immutable.
 *
 * @param ids of the keys; empty if users are stored under their names
 */
public record KeyChain(List<String> ids) implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(KeyChain.class);
    static final KeyChain NONE = new KeyChain(List.of());
    private static final String FIELD = "pseudonym";

    /** The keys as they were sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);
        private static final String WANTED = "the id of a key such as [2026], or a list of different ones";

        static {
            PARSER.declare(FIELD, Values.oneOrList(Values.text(WANTED), 1, WANTED), (b, value) -> b.ids = value);
        }

        private List<String> ids = List.of();

        private KeyChain build(FieldPath path) {
            if (new HashSet<>(ids).size() < ids.size()) {
                throw path.field(FIELD).mustBe(WANTED, ids);
            }
            return new KeyChain(List.copyOf(ids));
        }
    }

    static final ValueReader<KeyChain> READER = Builder.PARSER.reader("an object such as {\"pseudonym\": \"2026\"}", Builder::build);

    KeyChain(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private KeyChain(Frame in) throws IOException {
        this(in.readStringList());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeStringCollection(ids);
        }
    }

    /** Writes nothing for an empty chain. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (ids.isEmpty()) {
            return builder;
        }
        builder.startObject("users").field(FIELD);
        return (ids.size() == 1 ? builder.value(ids.getFirst()) : builder.value(ids)).endObject();
    }

    /** Whether this chain begins with all keys of another one. */
    public boolean startsWith(KeyChain other) {
        return ids.size() >= other.ids.size() && ids.subList(0, other.ids.size()).equals(other.ids);
    }

    /** The first keys of this chain. */
    KeyChain first(int keys) {
        return new KeyChain(ids.subList(0, keys));
    }

    /** The keys after those of a chain that this one starts with. */
    KeyChain after(KeyChain other) {
        return new KeyChain(ids.subList(other.ids.size(), ids.size()));
    }

    @Override
    public String toString() {
        return ids.toString();
    }
}
