package org.opensearch.affinity.rank.interest;

import org.apache.lucene.search.Explanation;
import org.opensearch.affinity.rank.interest.InterestVectors.Contribution;

import java.util.List;

/** Explains the affinity of an item by the interests that contribute to it. */
public final class AffinityExplanation {
    private AffinityExplanation() {}

    /**
     * The explanation, with the contributions of the interests as details.
     *
     * @param vector   unit vector of the item; null if it has none, or there are no interests
     * @param affinity of the item, the value of the explanation
     */
    public static Explanation of(InterestVectors interests, float[] vector, float affinity) {
        if (vector == null) {
            String reason = interests.isEmpty() ? "no interests of the user are known" : "the item has no vector";
            return Explanation.match(affinity, "affinity: " + reason);
        }
        List<Contribution> contributions = interests.contributions(vector);
        return interests.sum()
            ? Explanation.match(affinity, "affinity, sum of:", contributions.stream().map(AffinityExplanation::ofInterest).toList())
            : Explanation.match(affinity, "affinity, maximum of:", contributions.stream().map(AffinityExplanation::ofVector).toList());
    }

    private static Explanation ofInterest(Contribution contribution) {
        InterestVector interest = contribution.interest();
        List<String> examples = interest.examples();
        String kind = interest.isLiked() ? "liked" : "disliked";
        return Explanation.match(
            contribution.match(),
            kind + " interest #" + interest.number() + ", strength * cosine" + (examples.isEmpty() ? "" : "; examples " + examples),
            Explanation.match(interest.strength(), "strength")
        );
    }

    /** Of an item or a text that is searched with; its strength is 1. */
    private static Explanation ofVector(Contribution contribution) {
        return Explanation.match(contribution.match(), "cosine with " + contribution.interest().examples());
    }
}
