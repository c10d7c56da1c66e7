package org.opensearch.affinity.integ;

import java.util.List;
import java.util.Set;

/**
 * How good one ranked list is for one query. Ranks count from 1, an item is relevant or not.
 *
 * @param reciprocalRank 1 / rank of the first relevant item of the list, 0 when the list has none
 * @param ndcg10         DCG over the first ten with gain 1 and discount 1 / log2(1 + rank), divided by the DCG of an ideal list
 *                       (Järvelin and Kekäläinen 2002), so that it is 1 when the relevant items stand first, also when there are several
 * @param hit10          1 when a relevant item is among the first ten, else 0
 */
record Judgement(double reciprocalRank, double ndcg10, double hit10) {
    private static final int CUT = 10;

    static Judgement of(List<String> ranked, Set<String> relevant) {
        double reciprocalRank = 0;
        double gain = 0;
        for (int rank = 1; rank <= ranked.size(); rank++) {
            if (relevant.contains(ranked.get(rank - 1))) {
                reciprocalRank = Math.max(reciprocalRank, 1.0 / rank);
                gain += rank <= CUT ? discount(rank) : 0;
            }
        }
        double ideal = 0;
        for (int rank = 1; rank <= Math.min(CUT, relevant.size()); rank++) {
            ideal += discount(rank);
        }
        return new Judgement(reciprocalRank, ideal == 0 ? 0 : gain / ideal, gain > 0 ? 1 : 0);
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(1.0 + rank);
    }
}
