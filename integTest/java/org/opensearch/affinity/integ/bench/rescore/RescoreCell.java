package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Under which circumstances rescoring is measured.
 *
 * @param docs      in the index
 * @param window    documents of each shard that are scored anew
 * @param interests of who searches
 * @param clients   that ask at the same time
 */
record RescoreCell(int docs, int window, int interests, int shards, int clients) {
    /** The circumstances that targets are about, but for the documents. */
    boolean isCentral() {
        return window == 1_000 && interests == 4 && shards == 1 && clients == 1;
    }

    /**
     * What is measured, those of one index one after another. The first of each list makes the centre, and each of the others
     * is looked at beside it; the documents are all looked at.
     *
     * @param all whether every combination is wanted
     */
    static List<RescoreCell> plan(List<Integer> docs, List<Integer> windows, List<Integer> interests, List<Integer> shards,
        List<Integer> clients, boolean all) {
        Set<RescoreCell> cells = new LinkedHashSet<>();
        for (int size : docs) {
            for (int parts : shards) {
                for (int asking : clients) {
                    for (int liked : interests) {
                        for (int window : windows) {
                            int varied = differs(parts, shards) + differs(asking, clients) + differs(liked, interests) + differs(window, windows);
                            if (all || varied <= 1) {
                                cells.add(new RescoreCell(size, window, liked, parts, asking));
                            }
                        }
                    }
                }
            }
        }
        return new ArrayList<>(cells);
    }

    private static int differs(int value, List<Integer> axis) {
        return value == axis.getFirst() ? 0 : 1;
    }

    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        return json.put("docs", docs).put("window", window).put("interests", interests).put("shards", shards).put("clients", clients);
    }

    @Override
    public String toString() {
        return String.format(
            Locale.ROOT, "%,d documents, window %,d, %s, %s, %s", docs, window, count(interests, "interest"), count(shards, "shard"),
            count(clients, "client")
        );
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
