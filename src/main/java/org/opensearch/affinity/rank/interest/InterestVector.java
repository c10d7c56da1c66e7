package org.opensearch.affinity.rank.interest;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One interest of a user, in the form in which shards compare it with items. Immutable; callers must not change the array.
 *
 * @param number      rank of the interest in its profile, 1 for the heaviest; {@code why} and the profile API show the same number
 * @param strength    the interest's share of all interests, see {@link InterestWeights}: in (0, 1], negated for a disliked interest
 * @param direction   result of {@link WhitenedSpace#towards}: its dot product with an item vector is the numerator of the cosine. Of unit
 *                    length only in a space without principal components
 * @param offset      {@link WhitenedSpace#offset} of the direction, subtracted from the dot product
 * @param examples    ids of items that made the interest, for explanations; may be empty
 * @param label       description in words, for explanations; empty if unknown, never null
 * @param exploration exploration bonus of an item whose cosine with the interest is 1, from 0 to 1; 0 in a search that does not explore
 */
public record InterestVector(int number, float strength, float[] direction, float offset, List<String> examples, String label,
    float exploration) implements Writeable {
    private static final Format FORMAT = Format.first(InterestVector.class);

    /** An interest without label and without exploration bonus. */
    public InterestVector(int number, float strength, float[] direction, float offset, List<String> examples) {
        this(number, strength, direction, offset, examples, "", 0);
    }

    InterestVector(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private InterestVector(Frame in) throws IOException {
        this(in.readVInt(), in.readFloat(), in.readFloatArray(), in.readFloat(), in.readStringList(), in.readString(), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(number);
            out.writeFloat(strength);
            out.writeFloatArray(direction);
            out.writeFloat(offset);
            out.writeStringCollection(examples);
            out.writeString(label);
            out.writeFloat(exploration);
        }
    }

    InterestVector withLabel(String newLabel) {
        return new InterestVector(number, strength, direction, offset, examples, newLabel, exploration);
    }

    InterestVector withoutExamples() {
        return new InterestVector(number, strength, direction, offset, List.of(), "", exploration);
    }

    InterestVector withExploration(float newExploration) {
        return new InterestVector(number, strength, direction, offset, examples, label, newExploration);
    }

    /** Whether it is a liked interest and not a disliked one. */
    public boolean isLiked() {
        return strength > 0;
    }

    /**
     * Strength times cosine, in [-1, 1]: what the interest contributes to the affinity of an item. Parameters as for {@link #cosine}.
     */
    float match(float[] vector, float distance, float minCosine) {
        return strength * cosine(vector, distance, minCosine);
    }

    /** Exploration bonus of an item, from 0 to 1: that of the interest times the cosine. Parameters as for {@link #cosine}. */
    float exploration(float[] vector, float distance, float minCosine) {
        return exploration == 0 ? 0 : exploration * cosine(vector, distance, minCosine);
    }

    /**
     * Cosine of interest and item in the space, from 0 to 1. Negative cosines and those below the minimum are 0.
     *
     * @param vector    unit vector of the item
     * @param distance  {@link WhitenedSpace#distance} of the vector, above 0
     * @param minCosine from 0 to 1
     */
    private float cosine(float[] vector, float distance, float minCosine) {
        float cosine = (VectorUtil.dotProduct(direction, vector) - offset) / distance;
        return cosine < minCosine ? 0 : Math.clamp(cosine, 0f, 1f);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof InterestVector other
            && number == other.number
            && strength == other.strength
            && Arrays.equals(direction, other.direction)
            && offset == other.offset
            && examples.equals(other.examples)
            && label.equals(other.label)
            && exploration == other.exploration;
    }

    @Override
    public int hashCode() {
        return Objects.hash(number, strength, Arrays.hashCode(direction), offset, examples, label, exploration);
    }
}
