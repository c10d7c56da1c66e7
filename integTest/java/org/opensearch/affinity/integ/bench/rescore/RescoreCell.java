package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One combination of conditions under which rescoring is measured.
 *
 * @param docs      documents of the index
 * @param window    documents of each shard that are rescored
 * @param interests interests of the users
 * @param shards    shards of the index
 * @param clients   clients that search at the same time
 */
record RescoreCell(int docs, int window, int interests, int shards, int clients) {
    /** Whether the targets are about these conditions, with any number of documents. */
    boolean isCentral() {
        return window == 1_000 && interests == 4 && shards == 1 && clients == 1;
    }

    /**
     * Lists the cells to measure, those of one index one after another. The first values make the central cell; each other value varies
     * that cell in one condition. All numbers of documents are measured with each.
     *
     * @param all whether to measure every combination instead
     */
    static List<RescoreCell> plan(List<Integer> docs, List<Integer> windows, List<Integer> interests, List<Integer> shards,
        List<Integer> clients, boolean all) {
        Set<RescoreCell> cells = new LinkedHashSet<>();
        for (int size : docs) {
            for (int parts : shards) {
                for (int asking : clients) {
                    for (int liked : interests) {
                        for (int window : windows) {
                            int varied = differs(parts, shards) + differs(asking, clients) + differs(liked, interests)
                                + differs(window, windows);
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

    private static int differs(int value, List<Integer> values) {
        return value == values.getFirst() ? 0 : 1;
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
