package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.List;

/** Models of one catalogue whose scores are added: {@code score(j) = Σ weight · score of the part}. */
public record Blend(List<Part> parts) implements InterestModel {
    private static final int SAMPLE = 500;

    /** One model, and what its scores are multiplied by. */
    public record Part(InterestModel model, float weight) {}

    public Blend {
        if (parts.isEmpty() || parts.stream().mapToInt(part -> part.model.items()).distinct().count() != 1) {
            throw new IllegalArgumentException("a blend has models of one catalogue, got catalogues of " + parts.stream().map(part -> part.model.items()).toList());
        }
        parts = List.copyOf(parts);
    }

    /**
     * Two models that learned from a log. Their scores have units of their own, so each is divided by what its best new item
     * scores for the log's users on average.
     *
     * @param share what the other counts, from 0 to 1; the rest is for the one
     */
    public static Blend of(InterestModel one, InterestModel other, double share, InteractionMatrix log) {
        return new Blend(List.of(new Part(one, (float) ((1 - share) / typical(one, log))), new Part(other, (float) (share / typical(other, log)))));
    }

    /** The best score of what a user has not, averaged over users spread over the log; 1 where that says nothing. */
    private static double typical(InterestModel model, InteractionMatrix log) {
        int step = Math.max(1, log.users() / SAMPLE);
        double sum = 0;
        int asked = 0;
        for (int user = 0; user < log.users(); user += step) {
            float[] scores = model.scores(log.history(user));
            for (int place = log.start(user); place < log.end(user); place++) {
                scores[log.item(place)] = 0;
            }
            float best = 0;
            for (float score : scores) {
                best = Math.max(best, score);
            }
            sum += best;
            asked++;
        }
        return sum > 0 ? sum / asked : 1;
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
    public long ramBytesUsed() {
        return RamUsageEstimator.shallowSizeOf(this) + parts.stream().mapToLong(part -> part.model.ramBytesUsed()).sum();
    }
}
