package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.item.Exploration;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What a search needs of a profile, on its way to the shards: directions, how strong each is, and the space that all
 * vectors are compared in. Interest and item are alike when both differ from what everybody likes in the same way.
 * Immutable, if nobody writes into the arrays.
 *
 * @param field   the item vector field that the directions are to be compared with
 * @param space   of the directions' dimension
 * @param least   cosine of item and interest below which they are taken for strangers, from 0 to 1
 * @param sum     whether matches add up; if not, the best one counts
 * @param aspects strongest first; none when the user is unknown
 */
public record InterestVectors(String field, WhitenedSpace space, float least, boolean sum, List<Aspect> aspects) implements Writeable {

    /**
     * One interest.
     *
     * @param number    1 for the heaviest, as in the profile shown to people
     * @param strength  the interest's share in (0, 1]; below 0 for an aversion
     * @param direction as {@link WhitenedSpace#queryVector} made it
     * @param offset    that {@link WhitenedSpace#offset} gives it
     * @param examples  items that made it, for explanations
     * @param label     what it is about in words, for explanations; empty where that is not known
     * @param unknown   from 0 to 1, what is to be gained by showing what it is about, see {@link InterestVectors#exploring}
     */
    public record Aspect(int number, float strength, float[] direction, float offset, List<String> examples, String label, float unknown)
        implements
            Writeable {
        public Aspect(int number, float strength, float[] direction, float offset, List<String> examples) {
            this(number, strength, direction, offset, examples, "", 0);
        }

        public Aspect(StreamInput in) throws IOException {
            this(in.readVInt(), in.readFloat(), in.readFloatArray(), in.readFloat(), in.readStringList(), in.readString(), in.readFloat());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVInt(number);
            out.writeFloat(strength);
            out.writeFloatArray(direction);
            out.writeFloat(offset);
            out.writeStringCollection(examples);
            out.writeString(label);
            out.writeFloat(unknown);
        }

        private Aspect labelled(String words) {
            return new Aspect(number, strength, direction, offset, examples, words, unknown);
        }

        private Aspect exploring(float amount) {
            return new Aspect(number, strength, direction, offset, examples, label, amount);
        }

        /** Strength times {@link #cosine}, in [-1, 1]. */
        float match(float[] vector, float distance, float least) {
            return strength * cosine(vector, distance, least);
        }

        /**
         * The cosine of interest and item; 0 where they point apart.
         *
         * @param vector   unit vector of the item
         * @param distance of the item in the space
         * @param least    cosine that counts
         * @return from 0 to 1
         */
        private float cosine(float[] vector, float distance, float least) {
            float cosine = (VectorUtil.dotProduct(direction, vector) - offset) / distance;
            return cosine < least ? 0 : Math.clamp(cosine, 0f, 1f);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Aspect other
                && number == other.number
                && strength == other.strength
                && Arrays.equals(direction, other.direction)
                && offset == other.offset
                && examples.equals(other.examples)
                && label.equals(other.label)
                && unknown == other.unknown;
        }

        @Override
        public int hashCode() {
            return Objects.hash(number, strength, Arrays.hashCode(direction), offset, examples, label, unknown);
        }
    }

    /** An interest's part in the affinity of an item. */
    public record Part(Aspect aspect, float match) {}

    /** Interests that have no effect on any document. */
    static InterestVectors none(String field) {
        return new InterestVectors(field, WhitenedSpace.NONE, 0, true, List.of());
    }

    public InterestVectors(StreamInput in) throws IOException {
        this(in.readString(), new WhitenedSpace(in), in.readFloat(), in.readBoolean(), in.readList(Aspect::new));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(field);
        space.writeTo(out);
        out.writeFloat(least);
        out.writeBoolean(sum);
        out.writeList(aspects);
    }

    /**
     * Interests weigh by their {@link InterestWeights}, so that nobody is forgotten for having been away.
     *
     * @param space   of all users
     * @param ranking with nothing left unsaid
     */
    public static InterestVectors of(Profile profile, Tracker tracker, WhitenedSpace space, Ranking ranking, RequestContext moment) {
        String field = tracker.items().vectorField();
        List<Interest> heaviestFirst = profile.heaviestFirst(tracker.decay());
        if (heaviestFirst.isEmpty()) {
            return none(field);
        }
        double[] shares = InterestWeights.of(heaviestFirst, profile, tracker, ranking.sessionWeight(), moment);
        WhitenedSpace from = space.ofDimension(heaviestFirst.get(0).dimension());
        List<Aspect> aspects = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            Interest interest = heaviestFirst.get(i);
            if (interest.dimension() == from.dimension()) {
                float strength = (float) shares[i];
                aspects.add(aspect(i + 1, interest.liked() ? strength : -strength, interest, from));
            }
        }
        aspects.sort(Comparator.comparingDouble(aspect -> -Math.abs(aspect.strength)));
        List<Aspect> strongest = aspects.subList(0, Math.min(ranking.maxInterests(), aspects.size()));
        return new InterestVectors(field, from, ranking.minAffinity(), true, List.copyOf(strongest));
    }

    private static Aspect aspect(int number, float strength, Interest interest, WhitenedSpace space) {
        float[] direction = space.queryVector(interest.direction());
        List<String> examples = interest.examples().stream().map(Interest.Example::item).toList();
        return new Aspect(number, strength, direction, space.offset(direction), examples);
    }

    /** The same with what the interests are about in words, the heaviest's first as in {@link Profile#heaviestFirst}. */
    InterestVectors labelled(List<String> labels) {
        return new InterestVectors(field, space, least, sum, aspects.stream().map(aspect -> aspect.labelled(labels.get(aspect.number - 1))).toList());
    }

    /**
     * The same for a search that explores: of each liked interest the width of what its events leave open, by chance. An interest
     * is known by when it was opened among those of its profile, for its weight and its examples change with every event.
     *
     * @param profile that these are of
     * @param seed    of chance
     */
    InterestVectors exploring(Profile profile, Decay decay, int seed) {
        List<Interest> heaviestFirst = profile.heaviestFirst(decay);
        List<Aspect> exploring = new ArrayList<>();
        for (Aspect aspect : aspects) {
            Interest interest = heaviestFirst.get(aspect.number - 1);
            double chance = Exploration.draw(profile.interests().indexOf(interest), seed);
            exploring.add(aspect.exploring(interest.liked() ? (float) (Exploration.confidenceWidth(interest.events()) * chance) : 0));
        }
        return new InterestVectors(field, space, least, sum, List.copyOf(exploring));
    }

    public boolean isEmpty() {
        return aspects.isEmpty();
    }

    public int dimension() {
        return space.dimension();
    }

    /**
     * The sum of all matches, those with liked interests less those with disliked ones, or the best of them.
     *
     * @param vector unit vector of the item, of {@link #dimension()} values
     * @return in [-1, 1]
     */
    public float affinity(float[] vector) {
        return affinity(vector, space.distance(vector));
    }

    /** The same with the vector's distance in the space. */
    public float affinity(float[] vector, float distance) {
        float total = 0;
        for (int i = 0; i < aspects.size(); i++) {
            float match = aspects.get(i).match(vector, distance, least);
            total = sum ? total + match : Math.max(total, match);
        }
        return total;
    }

    /**
     * What is to be gained by showing an item, for how little is known of an interest that it fits; the most of any.
     *
     * @param vector   unit vector of the item, of {@link #dimension()} values
     * @param distance of the item in the space
     * @return from 0 to 1; 0 for a search that does not explore
     */
    float unknown(float[] vector, float distance) {
        float most = 0;
        for (int i = 0; i < aspects.size(); i++) {
            most = Math.max(most, unknown(aspects.get(i), vector, distance));
        }
        return most;
    }

    private float unknown(Aspect aspect, float[] vector, float distance) {
        return aspect.unknown == 0 ? 0 : aspect.unknown * aspect.cosine(vector, distance, least);
    }

    /** The interest that {@link #unknown(float[], float)} is of. */
    Aspect leastKnown(float[] vector) {
        float distance = space.distance(vector);
        return Collections.max(aspects, Comparator.comparingDouble(aspect -> unknown(aspect, vector, distance)));
    }

    /** The interests that {@link #affinity} is made of, those that matter most first. */
    public List<Part> parts(float[] vector) {
        float distance = space.distance(vector);
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

    @Override
    public boolean equals(Object o) {
        return o instanceof InterestVectors other
            && field.equals(other.field)
            && space.equals(other.space)
            && least == other.least
            && sum == other.sum
            && aspects.equals(other.aspects);
    }

    @Override
    public int hashCode() {
        return Objects.hash(field, space, least, sum, aspects);
    }
}
