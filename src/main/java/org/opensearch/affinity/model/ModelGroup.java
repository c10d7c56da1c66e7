package org.opensearch.affinity.model;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * A group that a model has found, for people: a concept, which is a kind of interest, or a segment of users.
 *
 * @param number   from 1
 * @param size     of a concept, the share of all positive events whose items belong to it; of a segment, the share of all users; from 0 to 1
 * @param examples its most typical items, most typical first; of a concept, those of which each belongs to no other concept more
 * @param ofUser   of a concept, the mean share in it of the items of a user's history; of a segment, the probability of such a user; 0 without
 *                 a history
 * @param level    of a segment, from 1; 0 for a concept
 * @param parent   number of the segment that a segment lies in; 0 for none
 * @param users    number of users of a segment; 0 for a concept
 */
public record ModelGroup(int number, float size, List<Example> examples, float ofUser, int level, int parent, int users) implements Writeable {
    /** A segment of fewer users is not shown: its people could be recognised. */
    public static final int LEAST_USERS = 20;
    /** Format 2 has the fields of segments; before, there were concepts only. */
    private static final Format FORMAT = Format.first(ModelGroup.class).withField(2);

    /**
     * An item.
     *
     * @param share  of the item in the concept, or of the segment's events that the item has, from 0 to 1
     * @param weight how typical it is, at least 0, in the proportion of that of the other examples
     */
    public record Example(String item, float share, float weight) implements Writeable {
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
                out.writeFloat(weight);
            }
        }
    }

    public ModelGroup(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private ModelGroup(Frame in) throws IOException {
        this(
            in.readVInt(),
            in.readFloat(),
            in.readList(Example::new),
            in.readFloat(),
            in.format() < 2 ? 0 : in.readVInt(),
            in.format() < 2 ? 0 : in.readVInt(),
            in.format() < 2 ? 0 : in.readVInt()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(number);
            out.writeFloat(size);
            out.writeList(examples);
            out.writeFloat(ofUser);
            out.writeVInt(level);
            out.writeVInt(parent);
            out.writeVInt(users);
        }
    }

    /** Returns the same with the share or probability of a user. */
    ModelGroup withUser(float other) {
        return new ModelGroup(number, size, examples, other, level, parent, users);
    }
}
