package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.List;

/**
 * Weighted sum of the scores of several models of one catalogue: {@code score(j) = Σ weight · score of the model}.
 * {@code ./bench learn} measures it; no training serves it yet.
 */
public record Blend(List<Part> parts) implements InterestModel {
    private static final int SAMPLED_USERS = 500;

    /** One model and the factor of its scores. */
    public record Part(InterestModel model, float weight) {}

    /** @throws IllegalArgumentException if there is no part, or if the parts have catalogues of different sizes */
    public Blend {
        List<Integer> sizes = parts.stream().map(part -> part.model.items()).distinct().toList();
        if (sizes.size() != 1) {
            throw new IllegalArgumentException("a blend needs models of one catalogue, got catalogues of " + sizes + " items");
        }
        parts = List.copyOf(parts);
    }

    /**
     * Returns a model with scores of a common unit: divided by their mean best score of an item that is new to the user.
     *
     * @param interactions that the model was learned from
     */
    public static Blend scaled(InterestModel model, InteractionMatrix interactions) {
        return new Blend(List.of(new Part(model, (float) (1 / meanBestScore(model, interactions)))));
    }

    /** The best score of an item that is new to the user, averaged over evenly spaced users; 1 if that is not above 0. */
    private static double meanBestScore(InterestModel model, InteractionMatrix interactions) {
        int step = Math.max(1, interactions.users() / SAMPLED_USERS);
        double sum = 0;
        int sampled = 0;
        for (int user = 0; user < interactions.users(); user += step) {
            float[] scores = model.scores(interactions.history(user));
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                scores[interactions.item(position)] = 0;
            }
            float best = 0;
            for (float score : scores) {
                best = Math.max(best, score);
            }
            sum += best;
            sampled++;
        }
        return sum > 0 ? sum / sampled : 1;
    }

    @Override
    public int items() {
        return parts.get(0).model.items();
    }

    @Override
    public void score(WeightedHistory history, float factor, float[] into) {
        parts.forEach(part -> part.model.score(history, factor * part.weight, into));
    }

    @Override
    public void score(List<WeightedHistory> histories, float factor, float[][] into) {
        parts.forEach(part -> part.model.score(histories, factor * part.weight, into));
    }

    @Override
    public long ramBytesUsed() {
        return RamUsageEstimator.shallowSizeOf(this) + parts.stream().mapToLong(part -> part.model.ramBytesUsed()).sum();
    }
}
