package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.track.Decay;
import org.opensearch.affinity.track.Interest;
import org.opensearch.affinity.track.Profile;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * What a search needs of a profile, on its way to the shards: directions and how strong each is. Immutable.
 *
 * @param field   the item vector field that the directions are to be compared with
 * @param aspects heaviest first; none when the user is unknown
 */
record Interests(String field, List<Aspect> aspects) implements Writeable {

    /**
     * One interest.
     *
     * @param number    1 for the heaviest, as in the profile shown to people
     * @param strength  in (0, 1], 1 for the heaviest; below 0 for an aversion
     * @param direction unit vector
     * @param examples  items that made it, for explanations
     */
    record Aspect(int number, float strength, float[] direction, List<String> examples) implements Writeable {
        Aspect(StreamInput in) throws IOException {
            this(in.readVInt(), in.readFloat(), in.readFloatArray(), in.readStringList());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVInt(number);
            out.writeFloat(strength);
            out.writeFloatArray(direction);
            out.writeStringCollection(examples);
        }

        /** In [-1, 1]; 0 for an item that has nothing to do with the interest. */
        float match(float[] vector) {
            float cosine = Math.clamp(VectorUtil.dotProduct(direction, vector), 0f, 1f);
            return strength * cosine;
        }
    }

    /** How well an item meets the interests: its affinity and the interests that decided it, null where none did. */
    record Match(float affinity, Aspect liked, Aspect disliked) {}

    /** No effect on any document. */
    static Interests none(String field) {
        return new Interests(field, List.of());
    }

    Interests(StreamInput in) throws IOException {
        this(in.readString(), in.readList(Aspect::new));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(field);
        out.writeList(aspects);
    }

    /**
     * Interests weigh by what is left of them relative to the heaviest, so that nobody is forgotten for having been away.
     * The fourth root keeps a lesser interest visible where the query is about it: an interest with a sixteenth of the
     * weight has half the strength.
     */
    static Interests of(Profile profile, String field, Decay decay) {
        List<Interest> heaviestFirst = profile.heaviestFirst(decay);
        if (heaviestFirst.isEmpty()) {
            return none(field);
        }
        long now = profile.lastEvent();
        double most = heaviestFirst.get(0).weightAt(now, decay);
        Aspect[] aspects = new Aspect[heaviestFirst.size()];
        for (int i = 0; i < aspects.length; i++) {
            Interest interest = heaviestFirst.get(i);
            float strength = (float) Math.pow(interest.weightAt(now, decay) / most, 0.25);
            List<String> examples = interest.examples().stream().map(Interest.Example::item).toList();
            aspects[i] = new Aspect(i + 1, interest.liked() ? strength : -strength, interest.direction(), examples);
        }
        return new Interests(field, List.of(aspects));
    }

    boolean isEmpty() {
        return aspects.isEmpty();
    }

    int dimension() {
        return aspects.get(0).direction().length;
    }

    /**
     * The best match among the liked interests, less the best among the disliked ones.
     *
     * @param vector unit vector of the item, of {@link #dimension()} values
     * @return in [-1, 1]
     */
    float affinity(float[] vector) {
        float liked = 0;
        float disliked = 0;
        for (int i = 0; i < aspects.size(); i++) {
            float match = aspects.get(i).match(vector);
            liked = Math.max(liked, match);
            disliked = Math.min(disliked, match);
        }
        return liked + disliked;
    }

    /** The same, with its reasons. */
    Match match(float[] vector) {
        Aspect liked = null;
        Aspect disliked = null;
        for (Aspect aspect : aspects) {
            float match = aspect.match(vector);
            if (match > 0 && (liked == null || match > liked.match(vector))) {
                liked = aspect;
            } else if (match < 0 && (disliked == null || match < disliked.match(vector))) {
                disliked = aspect;
            }
        }
        return new Match(affinity(vector), liked, disliked);
    }
}
