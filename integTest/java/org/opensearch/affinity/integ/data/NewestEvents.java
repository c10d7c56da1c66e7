package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** Which events of a log are among the newest of their users; of events of one time the later in the log is the newer. */
final class NewestEvents {
    private record Place(Instant time, int position) {
        static final Comparator<Place> OLDEST = Comparator.comparing(Place::time).thenComparing(Place::position);
    }

    private NewestEvents() {}

    /** The positions in the log of the newest {@code each} events of every user. */
    static BitSet of(Stream<ObjectNode> log, int each) {
        Map<String, PriorityQueue<Place>> users = new HashMap<>();
        int[] position = { 0 };
        log.forEach(event -> {
            PriorityQueue<Place> newest = users.computeIfAbsent(event.path("user_id").asText(), user -> new PriorityQueue<>(Place.OLDEST));
            newest.add(new Place(Instant.parse(event.path("timestamp").asText()), position[0]++));
            if (newest.size() > each) {
                newest.poll();
            }
        });
        BitSet positions = new BitSet();
        users.values().forEach(newest -> newest.forEach(place -> positions.set(place.position)));
        return positions;
    }
}
