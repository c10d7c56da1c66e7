package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The metrics that are computed from the relevance of a list's items, in their order. Diversity and novelty, which depend on the
 * items themselves, are computed elsewhere. Immutable.
 */
final class Measures {
    private record Measure(String name, ToDoubleFunction<Judgement> function) {}

    private final int[] cuts;
    private final List<Measure> measures = new ArrayList<>();

    /** @param cuts the values of k for metrics such as NDCG@k */
    Measures(int[] cuts) {
        this.cuts = cuts;
        measures.add(new Measure("mrr", Judgement::reciprocalRank));
        for (int k : cuts) {
            measures.add(new Measure("ndcg@" + k, judgement -> judgement.ndcg(k)));
            measures.add(new Measure("hr@" + k, judgement -> judgement.hit(k)));
            measures.add(new Measure("precision@" + k, judgement -> judgement.precision(k)));
            measures.add(new Measure("recall@" + k, judgement -> judgement.recall(k)));
            measures.add(new Measure("f1@" + k, judgement -> judgement.f1(k)));
            measures.add(new Measure("map@" + k, judgement -> judgement.averagePrecision(k)));
        }
    }

    int[] cuts() {
        return cuts;
    }

    int deepestCut() {
        return IntStream.of(cuts).max().orElseThrow();
    }

    /** Returns the names of the metrics. */
    List<String> names() {
        return measures.stream().map(Measure::name).toList();
    }

    /** Returns the metrics of a list, in the order of {@link #names()}. */
    double[] of(Judgement judgement) {
        return measures.stream().mapToDouble(measure -> measure.function.applyAsDouble(judgement)).toArray();
    }
}
