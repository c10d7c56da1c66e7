package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.KnownUser;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;

import java.util.ArrayList;
import java.util.List;

/**
 * One query as nobody and as some users see it.
 *
 * @param nobody  the unpersonalised hits, as deep as rescoring goes, so that every hit of a user can be found in them
 * @param viewers who else asked
 */
public record Showing(String query, List<Hit> nobody, List<Viewer> viewers) {
    /** A user and what the user sees. */
    public record Viewer(KnownUser user, List<Hit> hits) {}

    /** Asks the node. */
    public static Showing of(Rest rest, ShopQuery shopQuery, String query, List<KnownUser> users, int size) {
        List<Hit> nobody = ask(rest, shopQuery.bm25(query, shopQuery.window()));
        List<Viewer> viewers = new ArrayList<>();
        for (KnownUser user : users) {
            ObjectNode body = shopQuery.personal(query, user.user(), size);
            body.put("explain", true);
            viewers.add(new Viewer(user, ask(rest, body)));
        }
        return new Showing(query, nobody, viewers);
    }

    /** The rank of an item without personalisation, from 1; 0 when it is not among the hits. */
    int rankForNobody(String id) {
        for (int i = 0; i < nobody.size(); i++) {
            if (nobody.get(i).id().equals(id)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static List<Hit> ask(Rest rest, ObjectNode body) {
        ArrayNode shown = body.putArray("_source");
        shown.add("title").add("categories");
        return Hit.all(rest.post("/" + Shop.ITEMS + "/_search", body));
    }
}
