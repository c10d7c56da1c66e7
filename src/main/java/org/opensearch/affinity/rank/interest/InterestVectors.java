package org.opensearch.affinity.rank.interest;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The vectors that items are compared with in one search, and the affinity that follows from the comparison. They are a user's interests
 * or, in a retrieval without a user, the vectors of items or of a text. Immutable, and shared by all shards and segments of a search.
 *
 * @param field     item vector field that is compared
 * @param space     space in which cosines are measured; it has the dimension of the vectors
 * @param minCosine an interest counts for an item only if their cosine is at least this, from 0 to 1
 * @param sum       true: the affinity is the sum of all matches; false: it is the largest match, and 0 if none is positive
 * @param vectors   strongest first; empty if the user is unknown or has no interests
 */
public record InterestVectors(String field, WhitenedSpace space, float minCosine, boolean sum, List<InterestVector> vectors)
    implements
        Writeable {
    private static final Format FORMAT = Format.first(InterestVectors.class);

    /**
     * What one interest adds to the affinity of an item.
     *
     * @param match strength times cosine, in [-1, 1] and not 0
     */
    public record Contribution(InterestVector interest, float match) {}

    /** No interests: the affinity of every item is 0. */
    public static InterestVectors none(String field) {
        return new InterestVectors(field, WhitenedSpace.NONE, 0, true, List.of());
    }

    public InterestVectors(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private InterestVectors(Frame in) throws IOException {
        this(in.readString(), new WhitenedSpace(in), in.readFloat(), in.readBoolean(), in.readList(InterestVector::new));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(field);
            space.writeTo(out);
            out.writeFloat(minCosine);
            out.writeBoolean(sum);
            out.writeList(vectors);
        }
    }

    /**
     * The interests of a profile with the strengths that {@link InterestWeights} gives them, at most {@link Ranking#maxInterests()} of
     * them. Interests of another dimension than that of the heaviest one are left out.
     *
     * @param profile read and not changed: searches share cached profiles
     * @param space   common to all users of the tracker
     * @param ranking with every parameter set
     */
    public static InterestVectors of(Profile profile, Tracker tracker, WhitenedSpace space, Ranking ranking, RequestContext context) {
        String field = tracker.items().vectorField();
        List<Interest> heaviestFirst = profile.heaviestFirst(tracker.decay());
        if (heaviestFirst.isEmpty()) {
            return none(field);
        }
        double[] weights = InterestWeights.of(heaviestFirst, profile, tracker, ranking.sessionWeight(), context);
        WhitenedSpace sameDimension = space.ofDimension(heaviestFirst.get(0).dimension());
        List<InterestVector> vectors = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            Interest interest = heaviestFirst.get(i);
            if (interest.dimension() == sameDimension.dimension()) {
                vectors.add(vector(i + 1, (float) weights[i], interest, sameDimension));
            }
        }
        vectors.sort(Comparator.comparingDouble(vector -> -Math.abs(vector.strength())));
        List<InterestVector> strongest = vectors.subList(0, Math.min(ranking.maxInterests(), vectors.size()));
        return new InterestVectors(field, sameDimension, ranking.minAffinity(), true, List.copyOf(strongest));
    }

    private static InterestVector vector(int number, float weight, Interest interest, WhitenedSpace space) {
        float[] direction = space.queryVector(interest.direction());
        List<String> examples = interest.examples().stream().map(Interest.Example::item).toList();
        return new InterestVector(number, interest.liked() ? weight : -weight, direction, space.offset(direction), examples);
    }

    /** @param labels one for each interest of the profile, in the order of {@link Profile#heaviestFirst}; empty where unknown */
    public InterestVectors labelled(List<String> labels) {
        List<InterestVector> labelled = vectors.stream().map(vector -> vector.withLabel(labels.get(vector.number() - 1))).toList();
        return new InterestVectors(field, space, minCosine, sum, labelled);
    }

    /** The same interests, of which explanations do not show the items. */
    public InterestVectors withoutExamples() {
        return new InterestVectors(field, space, minCosine, sum, vectors.stream().map(InterestVector::withoutExamples).toList());
    }

    /**
     * The same interests with exploration bonuses. A disliked interest has none.
     *
     * @param profile that the interests are of
     * @param seed    of the search, see {@link InterestExploration#seed}
     */
    public InterestVectors exploring(Profile profile, Decay decay, int seed) {
        List<Interest> heaviestFirst = profile.heaviestFirst(decay);
        List<InterestVector> exploring = new ArrayList<>();
        for (InterestVector vector : vectors) {
            Interest interest = heaviestFirst.get(vector.number() - 1);
            exploring.add(vector.withExploration(interest.liked() ? InterestExploration.bonus(interest, profile, seed) : 0));
        }
        return new InterestVectors(field, space, minCosine, sum, List.copyOf(exploring));
    }

    public boolean isEmpty() {
        return vectors.isEmpty();
    }

    /** Dimension of the vectors; 0 if there are none. */
    public int dimension() {
        return space.dimension();
    }

    /** Returns the dimension of the vectors that a shard has in the field; 0 if it has none, or if it is that of the interests. */
    public int otherDimension(List<LeafReaderContext> leaves) {
        return leaves.stream()
            .map(leaf -> leaf.reader().getFieldInfos().fieldInfo(field))
            .mapToInt(info -> info == null ? 0 : info.getVectorDimension())
            .filter(ofField -> ofField != 0 && ofField != dimension())
            .findFirst()
            .orElse(0);
    }

    /**
     * Affinity of an item, in [-1, 1]; disliked interests lower it.
     *
     * @param vector unit vector of the item, of {@link #dimension()} values
     */
    public float affinity(float[] vector) {
        return affinity(vector, space.distance(vector));
    }

    /** {@link #affinity(float[])} with the known {@link WhitenedSpace#distance} of the vector. */
    public float affinity(float[] vector, float distance) {
        float total = 0;
        for (int i = 0; i < vectors.size(); i++) {
            float match = vectors.get(i).match(vector, distance, minCosine);
            total = sum ? total + match : Math.max(total, match);
        }
        return total;
    }

    /**
     * Exploration bonus of an item, from 0 to 1: the largest that one of the interests gives. 0 in a search that does not explore.
     *
     * @param vector   unit vector of the item, of {@link #dimension()} values
     * @param distance {@link WhitenedSpace#distance} of the vector
     */
    float exploration(float[] vector, float distance) {
        float largest = 0;
        for (int i = 0; i < vectors.size(); i++) {
            largest = Math.max(largest, vectors.get(i).exploration(vector, distance, minCosine));
        }
        return largest;
    }

    /** The interest that gives an item its {@link #exploration}, for explanations. There must be interests. */
    public InterestVector explored(float[] vector) {
        float distance = space.distance(vector);
        return Collections.max(vectors, Comparator.comparingDouble(interest -> interest.exploration(vector, distance, minCosine)));
    }

    /** The interests that change the affinity of an item, largest absolute match first; for explanations. */
    public List<Contribution> contributions(float[] vector) {
        float distance = space.distance(vector);
        List<Contribution> contributions = new ArrayList<>();
        for (InterestVector interest : vectors) {
            float match = interest.match(vector, distance, minCosine);
            if (match != 0) {
                contributions.add(new Contribution(interest, match));
            }
        }
        contributions.sort(Comparator.comparingDouble(contribution -> -Math.abs(contribution.match)));
        return contributions;
    }
}
