package org.opensearch.affinity.model;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * One of the concepts of a model: a kind of interest.
 *
 * @param number   from 1
 * @param size     share of all positive events whose items belong to it, from 0 to 1
 * @param examples its most typical items, of which each belongs to no other concept more, most typical first
 * @param ofUser   mean share in it of the items of a user's history; 0 without a history
 */
public record Concept(int number, float size, List<Example> examples, float ofUser) implements Writeable {
    private static final Format FORMAT = Format.first(Concept.class);

    /**
     * An item.
     *
     * @param share of the item in the concept, from 0 to 1
     * @param events weight of the item's positive events
     */
    public record Example(String item, float share, float events) implements Writeable {
        private static final Format FORMAT = Format.first(Example.class);

        Example(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Example(Frame in) throws IOException {
            this(in.readString(), in.readFloat(), in.readFloat());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(item);
                out.writeFloat(share);
                out.writeFloat(events);
            }
        }
    }

    public Concept(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Concept(Frame in) throws IOException {
        this(in.readVInt(), in.readFloat(), in.readList(Example::new), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(number);
            out.writeFloat(size);
            out.writeList(examples);
            out.writeFloat(ofUser);
        }
    }
}
