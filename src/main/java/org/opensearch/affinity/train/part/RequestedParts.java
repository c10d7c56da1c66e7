package org.opensearch.affinity.train.part;

import org.opensearch.affinity.tracker.Signal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The parts with item vectors that a training is asked for. Every model has neighbours.
 *
 * @param parts each once
 * @param auto  whether parts that do not help on held-back searches are left out
 */
public record RequestedParts(List<VectorPart> parts, boolean auto) {
    public static final String AUTO = "auto";
    public static final RequestedParts NONE = new RequestedParts(List.of(), false);
    private static final RequestedParts ALL = new RequestedParts(List.of(VectorPart.values()), true);

    /**
     * The parts of these names.
     *
     * @param names null for none but neighbours
     * @throws IllegalArgumentException if one is unknown
     */
    public static RequestedParts of(List<String> names) {
        if (names == null) {
            return NONE;
        }
        if (names.equals(List.of(AUTO))) {
            return ALL;
        }
        List<VectorPart> parts = new ArrayList<>();
        for (String name : names) {
            Optional<VectorPart> part = VectorPart.named(name);
            if (part.isEmpty() && name.equals(Signal.NEIGHBOURS) == false) {
                List<String> known = new ArrayList<>(List.of(Signal.NEIGHBOURS));
                Arrays.stream(VectorPart.values()).map(VectorPart::signal).forEach(known::add);
                throw new IllegalArgumentException("unknown part [" + name + "]; name some of " + known + ", or [" + AUTO + "] alone");
            }
            part.filter(one -> parts.contains(one) == false).ifPresent(parts::add);
        }
        return new RequestedParts(List.copyOf(parts), false);
    }
}
