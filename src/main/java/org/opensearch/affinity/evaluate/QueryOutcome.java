package org.opensearch.affinity.evaluate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of one query. Keeps numbers instead of lists of hits, so that tens of thousands of queries fit into memory.
 *
 * @param knownEvents the group of the user
 * @param lists       metrics of the list of hits, by ranking
 */
public record QueryOutcome(KnownEvents knownEvents, Map<RankedBy, Listed> lists) {
    /**
     * The metrics of one list.
     *
     * @param metrics   relevance metrics, in the order of {@link Measures#names()}
     * @param diversity in the order of {@link Measures#cuts()}
     * @param first     numbers in {@link ShownItems} of the first items, up to the largest cut
     */
    record Listed(double[] metrics, double[] diversity, int[] first) {}

    /**
     * Computes the metrics of a query.
     *
     * @param found   by ranking, the item ids in the order of their ranks
     * @param vectors unit vectors of the first items, by id; missing for items without a vector
     */
    static QueryOutcome of(
        JudgedQuery query,
        long knownEvents,
        Map<RankedBy, List<String>> found,
        Map<String, float[]> vectors,
        Measures measures,
        ShownItems shown
    ) {
        Map<RankedBy, Listed> lists = new EnumMap<>(RankedBy.class);
        found.forEach((ranking, ids) -> {
            double[] metrics = measures.of(Judgement.of(ids, query.relevant()));
            double[] diversity = new double[measures.cuts().length];
            for (int i = 0; i < diversity.length; i++) {
                List<String> first = first(ids, measures.cuts()[i]);
                diversity[i] = Variety.diversity(first.stream().filter(vectors::containsKey).map(vectors::get).toList());
            }
            lists.put(ranking, new Listed(metrics, diversity, shown.numbers(first(ids, measures.deepestCut()))));
        });
        return new QueryOutcome(KnownEvents.of(knownEvents), lists);
    }

    /** Returns the first k ids, or all if there are fewer. */
    static List<String> first(List<String> ids, int k) {
        return ids.subList(0, Math.min(k, ids.size()));
    }
}
