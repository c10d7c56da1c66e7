package org.opensearch.affinity.integ.bench.learn;

import java.util.List;
import java.util.Map;

/**
 * A result that others published for the same set and protocol.
 *
 * @param figures by the names of {@link MethodResult#FIGURES}; unpublished ones are missing
 */
record PublishedResult(String method, Map<String, Double> figures) {
    /**
     * The published results of a set. Those of beauty are from the result table of the S3-Rec repository, HSTU and SASRec with
     * cross-entropy from RecBoard, BSARec and TV-Rec from the logs in their repositories; those of gowalla are from the BARS leaderboard
     * (gowalla_m1).
     */
    static List<PublishedResult> of(String set) {
        return switch (set) {
            case "beauty" -> List.of(
                beauty("PopRec", .0152, .0068),
                beauty("GRU4Rec", .0283, .0137),
                beauty("BERT4Rec", .0347, .0170),
                beauty("HGN", .0512, .0266),
                beauty("SASRec", .0605, .0318),
                beauty("S3-Rec", .0647, .0327),
                beauty("SASRec, cross-entropy", .0848, .0432),
                beauty("HSTU", .0945, .0543),
                beauty("BSARec", .1008, .0611),
                beauty("TV-Rec", .1017, .0608)
            );
            case "gowalla" -> List.of(
                gowalla("ItemCF", .1570, .1214),
                gowalla("MF-BPR", .1627, .1378),
                gowalla("NGCF", .1570, .1327),
                gowalla("MultVAE", .1641, .1335),
                gowalla("SLIM", .1699, .1382),
                gowalla("EASE", .1765, .1467),
                gowalla("LightGCN", .1820, .1547),
                gowalla("UltraGCN", .1862, .1580),
                gowalla("SimpleX", .1872, .1557)
            );
            default -> List.of();
        };
    }

    private static PublishedResult beauty(String method, double hit10, double ndcg10) {
        return new PublishedResult(method, Map.of("hr@10", hit10, "ndcg@10", ndcg10));
    }

    private static PublishedResult gowalla(String method, double recall20, double ndcg20) {
        return new PublishedResult(method, Map.of("recall@20", recall20, "ndcg@20", ndcg20));
    }
}
