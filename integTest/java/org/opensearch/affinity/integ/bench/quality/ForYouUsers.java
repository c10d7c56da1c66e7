package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.DataSetQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The users of a data set that have events before its queries, with the items that they wanted next. */
final class ForYouUsers {
    private static final long SEED = 20_260_101L;

    private ForYouUsers() {}

    /**
     * A user.
     *
     * @param relevant items that the user wanted and did not have before; at least one
     */
    record User(String id, Set<String> relevant) {}

    /**
     * Draws users at random, always the same ones. As in {@code ./bench learn}, the queries give the relevant items, items that the user
     * has already are none, and users without events are left out.
     *
     * @param most largest number of users
     */
    static List<User> of(DataSet set, Split split, int most) throws IOException {
        Map<String, Set<String>> known = new HashMap<>();
        try (Stream<ObjectNode> log = set.events(split)) {
            log.forEach(event -> known.computeIfAbsent(event.path("user_id").asText(), user -> new HashSet<>())
                .add(event.path("event_attributes").path("object").path("object_id").asText()));
        }
        Map<String, Set<String>> relevant = new TreeMap<>();
        for (DataSetQuery query : set.queries(split, Integer.MAX_VALUE)) {
            Set<String> had = known.getOrDefault(query.user(), Set.of());
            if (had.isEmpty() == false) {
                Set<String> wanted = relevant.computeIfAbsent(query.user(), user -> new HashSet<>());
                query.relevant().stream().filter(item -> had.contains(item) == false).forEach(wanted::add);
            }
        }
        List<User> users = new ArrayList<>();
        relevant.forEach((user, items) -> {
            if (items.isEmpty() == false) {
                users.add(new User(user, items));
            }
        });
        Collections.shuffle(users, new Random(SEED));
        return List.copyOf(users.subList(0, Math.min(most, users.size())));
    }
}
