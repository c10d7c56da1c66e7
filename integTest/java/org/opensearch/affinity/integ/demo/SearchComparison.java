package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The hits of one query without a user and for some users.
 *
 * @param plain the unpersonalised hits, as many as are rescored, so that every hit of a user is among them
 * @param users the personalised hits of each user
 */
public record SearchComparison(String query, List<Hit> plain, List<Personalised> users) {
    /** How often a search is sent at most, until its reasons are in words. */
    private static final int MOST_SEARCHES = 15;
    private static final long PAUSE_MILLIS = 200;

    /** A user and the hits of this user's search, best first. */
    public record Personalised(UserProfile user, List<Hit> hits) {}

    /**
     * Runs the searches. A search does not wait for the words of its reasons, which the node then looks up: the first one of a
     * user may be without, so it is repeated, for at most three seconds.
     *
     * @param size how many hits each user sees
     */
    public static SearchComparison of(Rest rest, ShopQuery shopQuery, String query, List<UserProfile> users, int size) {
        List<Hit> plain = search(rest, shopQuery.bm25(query, shopQuery.window()));
        List<Personalised> personalised = new ArrayList<>();
        for (UserProfile user : users) {
            ObjectNode body = shopQuery.personalWithReasons(query, user.user(), size);
            List<Hit> hits = search(rest, body);
            for (int sent = 1; sent < MOST_SEARCHES && hits.stream().allMatch(SearchComparison::isLabelled) == false; sent++) {
                Pause.millis(PAUSE_MILLIS);
                hits = search(rest, body);
            }
            personalised.add(new Personalised(user, hits));
        }
        return new SearchComparison(query, plain, personalised);
    }

    private static boolean isLabelled(Hit hit) {
        return Stream.concat(hit.liked().stream(), hit.disliked().stream()).noneMatch(reason -> reason.label().isEmpty());
    }

    /** The rank of an item without personalisation, from 1; 0 when it is not among the hits. */
    int plainRank(String id) {
        for (int i = 0; i < plain.size(); i++) {
            if (plain.get(i).id().equals(id)) {
                return i + 1;
            }
        }
        return 0;
    }

    private static List<Hit> search(Rest rest, ObjectNode body) {
        body.putArray("_source").add("title").add("categories");
        return Hit.all(rest.post("/" + Shop.ITEMS + "/_search", body));
    }
}
