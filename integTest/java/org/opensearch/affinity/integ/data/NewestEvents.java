package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** Selects the newest events of each user. Of two events with the same time the later one in the log is the newer. */
final class NewestEvents {
    private record Place(Instant time, int position) {
        static final Comparator<Place> OLDEST = Comparator.comparing(Place::time).thenComparing(Place::position);
    }

    private NewestEvents() {}

    /** Returns the positions in the log of the newest {@code count} events of every user. */
    static BitSet of(Stream<ObjectNode> log, int count) {
        Map<String, PriorityQueue<Place>> users = new HashMap<>();
        int[] position = { 0 };
        log.forEach(event -> {
            PriorityQueue<Place> newest = users.computeIfAbsent(event.path("user_id").asText(), user -> new PriorityQueue<>(Place.OLDEST));
            newest.add(new Place(Instant.parse(event.path("timestamp").asText()), position[0]++));
            if (newest.size() > count) {
                newest.poll();
            }
        });
        BitSet positions = new BitSet();
        users.values().forEach(newest -> newest.forEach(place -> positions.set(place.position)));
        return positions;
    }
}
