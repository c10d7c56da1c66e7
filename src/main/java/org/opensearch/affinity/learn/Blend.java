package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.List;

/** Models of one catalogue whose scores are added: {@code score(j) = Σ weight · score of the part}. */
public record Blend(List<Part> parts) implements Model {
    /** One model, and what its scores are multiplied by. */
    public record Part(Model model, float weight) {}

    public Blend {
        if (parts.isEmpty() || parts.stream().mapToInt(part -> part.model.items()).distinct().count() != 1) {
            throw new IllegalArgumentException("a blend has models of one catalogue, got catalogues of " + parts.stream().map(part -> part.model.items()).toList());
        }
        parts = List.copyOf(parts);
    }

    @Override
    public int items() {
        return parts.get(0).model.items();
    }

    @Override
    public void score(History history, float factor, float[] into) {
        parts.forEach(part -> part.model.score(history, factor * part.weight, into));
    }

    @Override
    public long ramBytesUsed() {
        return RamUsageEstimator.shallowSizeOf(this) + parts.stream().mapToLong(part -> part.model.ramBytesUsed()).sum();
    }
}
