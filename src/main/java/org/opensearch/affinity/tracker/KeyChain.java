package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;

/**
 * The keys by which users are stored, in the order in which they sign: the first one the user's name, each further one what
 * the one before made of it. So what is stored under a chain can be carried over to a longer one that begins like it, without
 * anybody's name. Immutable.
 *
 * @param ids of the keys; none where users are stored by their own names
 */
public record KeyChain(List<String> ids) implements Writeable, ToXContentFragment {
    static final KeyChain NONE = new KeyChain(List.of());
    private static final String FIELD = "pseudonym";
    private static final String WANTED = "the id of a key such as [2026], or a list of different ones";

    /**
     * @param users the part of a definition that names the keys, or none
     * @throws IllegalArgumentException if what it names is neither a key nor a list of different ones
     */
    static KeyChain parse(ParsedObject users) {
        List<String> ids = users.requireOnly(FIELD).texts(FIELD, List.of(), WANTED);
        if (new HashSet<>(ids).size() < ids.size()) {
            throw users.wrong(FIELD, users.get(FIELD), WANTED);
        }
        return new KeyChain(ids);
    }

    KeyChain(StreamInput in) throws IOException {
        this(in.readStringList());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeStringCollection(ids);
    }

    /** Nothing for an empty one. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (ids.isEmpty()) {
            return builder;
        }
        builder.startObject("users").field(FIELD);
        return (ids.size() == 1 ? builder.value(ids.getFirst()) : builder.value(ids)).endObject();
    }

    public boolean startsWith(KeyChain other) {
        return ids.size() >= other.ids.size() && ids.subList(0, other.ids.size()).equals(other.ids);
    }

    KeyChain first(int keys) {
        return new KeyChain(ids.subList(0, keys));
    }

    /** What is left of it after one that it starts with. */
    KeyChain after(KeyChain other) {
        return new KeyChain(ids.subList(other.ids.size(), ids.size()));
    }

    @Override
    public String toString() {
        return ids.toString();
    }
}
