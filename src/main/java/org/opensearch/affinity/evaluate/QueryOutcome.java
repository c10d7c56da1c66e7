package org.opensearch.affinity.evaluate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one query, in numbers alone: lists are forgotten as soon as they are judged.
 *
 * @param knownEvents how much was known of the user
 * @param lists       by ranking
 */
public record QueryOutcome(KnownEvents knownEvents, Map<RankedBy, Listed> lists) {
    /**
     * One list.
     *
     * @param figures   in the order of {@link Measures#judging()}
     * @param diversity in the order of {@link Measures#cuts()}
     * @param first     the first items, at most as many as the largest cut, by their numbers in {@link ShownItems}
     */
    record Listed(double[] figures, double[] diversity, int[] first) {}

    /**
     * Judges the lists of a query.
     *
     * @param found   item ids by ranking, best first
     * @param vectors of the items among the first, by id; some have none
     */
    static QueryOutcome of(JudgedQuery query, long knownEvents, Map<RankedBy, List<String>> found, Map<String, float[]> vectors, Measures measures, ShownItems shown) {
        Map<RankedBy, Listed> lists = new EnumMap<>(RankedBy.class);
        found.forEach((ranking, ids) -> {
            double[] figures = measures.of(Judgement.of(ids, query.relevant()));
            double[] diversity = new double[measures.cuts().length];
            for (int i = 0; i < diversity.length; i++) {
                diversity[i] = Variety.diversity(first(ids, measures.cuts()[i]).stream().filter(vectors::containsKey).map(vectors::get).toList());
            }
            lists.put(ranking, new Listed(figures, diversity, shown.numbers(first(ids, measures.deepestCut()))));
        });
        return new QueryOutcome(KnownEvents.of(knownEvents), lists);
    }

    static List<String> first(List<String> ids, int k) {
        return ids.subList(0, Math.min(k, ids.size()));
    }
}
