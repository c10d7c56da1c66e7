package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.track.Interest;
import org.opensearch.affinity.track.Profile;
import org.opensearch.affinity.track.Ranking;
import org.opensearch.affinity.track.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What a search needs of a profile, on its way to the shards: directions, how strong each is, and the centre that all
 * vectors are compared around. Interest and item are alike when both differ from what everybody likes in the same way.
 * Immutable, if nobody writes into the arrays.
 *
 * @param field   the item vector field that the directions are to be compared with
 * @param centre  shorter than 1; of the directions' dimension
 * @param least   cosine of item and interest below which they are taken for strangers, from 0 to 1
 * @param aspects strongest first; none when the user is unknown
 */
record Interests(String field, float[] centre, float least, List<Aspect> aspects) implements Writeable {

    /**
     * One interest.
     *
     * @param number    1 for the heaviest, as in the profile shown to people
     * @param strength  the interest's share in (0, 1]; below 0 for an aversion
     * @param direction unit vector, seen from the centre
     * @param offset    dot product of direction and centre
     * @param examples  items that made it, for explanations
     */
    record Aspect(int number, float strength, float[] direction, float offset, List<String> examples) implements Writeable {
        Aspect(StreamInput in) throws IOException {
            this(in.readVInt(), in.readFloat(), in.readFloatArray(), in.readFloat(), in.readStringList());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVInt(number);
            out.writeFloat(strength);
            out.writeFloatArray(direction);
            out.writeFloat(offset);
            out.writeStringCollection(examples);
        }

        /**
         * Strength times the cosine of interest and item, both seen from the centre; 0 where they point apart.
         *
         * @param vector   unit vector of the item
         * @param distance of the item from the centre
         * @param least    cosine that counts
         * @return in [-1, 1]
         */
        float match(float[] vector, float distance, float least) {
            float cosine = (VectorUtil.dotProduct(direction, vector) - offset) / distance;
            return cosine < least ? 0 : strength * Math.clamp(cosine, 0f, 1f);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Aspect other
                && number == other.number
                && strength == other.strength
                && Arrays.equals(direction, other.direction)
                && offset == other.offset
                && examples.equals(other.examples);
        }

        @Override
        public int hashCode() {
            return Objects.hash(number, strength, Arrays.hashCode(direction), offset, examples);
        }
    }

    /** An interest's part in the affinity of an item. */
    record Part(Aspect aspect, float match) {}

    /** Interests that have no effect on any document. */
    static Interests none(String field) {
        return new Interests(field, new float[0], 0, List.of());
    }

    Interests(StreamInput in) throws IOException {
        this(in.readString(), in.readFloatArray(), in.readFloat(), in.readList(Aspect::new));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(field);
        out.writeFloatArray(centre);
        out.writeFloat(least);
        out.writeList(aspects);
    }

    /**
     * Interests weigh by their {@link Shares}, so that nobody is forgotten for having been away.
     *
     * @param centre  empty when there is none yet
     * @param ranking with nothing left unsaid
     */
    static Interests of(Profile profile, Tracker tracker, float[] centre, Ranking ranking, Moment moment) {
        String field = tracker.items().vectorField();
        List<Interest> heaviestFirst = profile.heaviestFirst(tracker.decay());
        if (heaviestFirst.isEmpty()) {
            return none(field);
        }
        double[] shares = Shares.of(heaviestFirst, profile, tracker, ranking.sessionWeight(), moment);
        float[] from = centre.length == heaviestFirst.get(0).dimension() ? centre : new float[heaviestFirst.get(0).dimension()];
        List<Aspect> aspects = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            Interest interest = heaviestFirst.get(i);
            if (interest.dimension() == from.length) {
                float strength = (float) shares[i];
                aspects.add(aspect(i + 1, interest.liked() ? strength : -strength, interest, from));
            }
        }
        aspects.sort(Comparator.comparingDouble(aspect -> -Math.abs(aspect.strength)));
        List<Aspect> strongest = aspects.subList(0, Math.min(ranking.maxInterests(), aspects.size()));
        return new Interests(field, from, ranking.minAffinity(), List.copyOf(strongest));
    }

    private static Aspect aspect(int number, float strength, Interest interest, float[] centre) {
        float[] direction = interest.direction();
        for (int i = 0; i < direction.length; i++) {
            direction[i] -= centre[i];
        }
        VectorUtil.l2normalize(direction, false);
        List<String> examples = interest.examples().stream().map(Interest.Example::item).toList();
        return new Aspect(number, strength, direction, VectorUtil.dotProduct(direction, centre), examples);
    }

    boolean isEmpty() {
        return aspects.isEmpty();
    }

    int dimension() {
        return centre.length;
    }

    /**
     * The sum of all matches: those with liked interests less those with disliked ones.
     *
     * @param vector unit vector of the item, of {@link #dimension()} values
     * @return in [-1, 1]
     */
    float affinity(float[] vector) {
        return affinity(vector, centreSquared());
    }

    /** The same for many vectors, with {@link #centreSquared()} computed once. */
    float affinity(float[] vector, float centreSquared) {
        float distance = distance(vector, centreSquared);
        float sum = 0;
        for (int i = 0; i < aspects.size(); i++) {
            sum += aspects.get(i).match(vector, distance, least);
        }
        return sum;
    }

    /** The interests that {@link #affinity} is made of, those that matter most first. */
    List<Part> parts(float[] vector) {
        float distance = distance(vector, centreSquared());
        List<Part> parts = new ArrayList<>();
        for (Aspect aspect : aspects) {
            Part part = new Part(aspect, aspect.match(vector, distance, least));
            if (part.match != 0) {
                parts.add(part);
            }
        }
        parts.sort(Comparator.comparingDouble(part -> -Math.abs(part.match)));
        return parts;
    }

    /** The centre's length, squared. */
    float centreSquared() {
        return VectorUtil.dotProduct(centre, centre);
    }

    /** From the centre to a unit vector; above 0, for the centre is shorter than 1. */
    private float distance(float[] vector, float centreSquared) {
        float squared = 1 - 2 * VectorUtil.dotProduct(centre, vector) + centreSquared;
        return (float) Math.sqrt(Math.max(squared, Float.MIN_NORMAL));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Interests other
            && field.equals(other.field)
            && Arrays.equals(centre, other.centre)
            && least == other.least
            && aspects.equals(other.aspects);
    }

    @Override
    public int hashCode() {
        return Objects.hash(field, Arrays.hashCode(centre), least, aspects);
    }
}
