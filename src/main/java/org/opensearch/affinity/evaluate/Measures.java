package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Which figures are taken of each list, in which order. Those that judge a list know nothing but what was relevant; diversity and
 * novelty know the items. Immutable.
 */
final class Measures {
    private record Judging(String name, ToDoubleFunction<Judgement> figure) {}

    private final int[] cuts;
    private final List<Judging> judging = new ArrayList<>();

    /** @param cuts how many items from the top count, for each figure that has a cut */
    Measures(int[] cuts) {
        this.cuts = cuts;
        judging.add(new Judging("mrr", Judgement::reciprocalRank));
        for (int k : cuts) {
            judging.add(new Judging("ndcg@" + k, judgement -> judgement.ndcg(k)));
            judging.add(new Judging("hr@" + k, judgement -> judgement.hit(k)));
            judging.add(new Judging("precision@" + k, judgement -> judgement.precision(k)));
            judging.add(new Judging("recall@" + k, judgement -> judgement.recall(k)));
            judging.add(new Judging("f1@" + k, judgement -> judgement.f1(k)));
            judging.add(new Judging("map@" + k, judgement -> judgement.averagePrecision(k)));
        }
    }

    int[] cuts() {
        return cuts;
    }

    int deepestCut() {
        return IntStream.of(cuts).max().orElseThrow();
    }

    /** Names of the figures that a judgement gives. */
    List<String> judging() {
        return judging.stream().map(Judging::name).toList();
    }

    /** A list's figures, in the order of {@link #judging()}. */
    double[] of(Judgement judgement) {
        return judging.stream().mapToDouble(each -> each.figure.applyAsDouble(judgement)).toArray();
    }
}
