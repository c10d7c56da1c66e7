package org.opensearch.affinity.train.part;

import org.opensearch.affinity.tracker.Signal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The parts with item vectors that a training is asked for. Every model has neighbours.
 *
 * @param parts each once
 * @param ratings whether the part {@code ratings} is asked for
 * @param auto  whether parts that do not help on held-back searches are left out
 * @param settings of the parts and of neighbours that are given
 */
public record RequestedParts(List<VectorPart> parts, boolean ratings, boolean auto, PartSettings settings) {
    public static final String AUTO = "auto";
    /** Parts that are no {@link VectorPart}. */
    private static final List<String> OTHERS = List.of(Signal.NEIGHBOURS, Signal.RATINGS);

    /**
     * The parts of these names.
     *
     * @param names null for none but neighbours
     * @throws IllegalArgumentException if one is unknown, or settings are of a part that is not asked for
     */
    public static RequestedParts of(List<String> names, PartSettings settings) {
        boolean auto = names != null && names.equals(List.of(AUTO));
        List<VectorPart> parts = auto ? List.of(VectorPart.values()) : named(names == null ? List.of() : names);
        boolean ratings = auto || names != null && names.contains(Signal.RATINGS);
        RequestedParts requested = new RequestedParts(parts, ratings, auto, settings);
        for (String name : settings.byPart().keySet()) {
            if (name.equals(Signal.NEIGHBOURS) == false && requested.signals().contains(name) == false) {
                throw new IllegalArgumentException("lacks [" + name + "], which has [settings]");
            }
        }
        GraphMethods.check(settings.of(Signal.GRAPH));
        return requested;
    }

    /** Returns the names of the parts, which are those of their signals. */
    public List<String> signals() {
        return Stream.concat(parts.stream().map(VectorPart::signal), ratings ? Stream.of(Signal.RATINGS) : Stream.empty()).toList();
    }

    /** Returns a text that differs for different requests. */
    public String text() {
        Map<String, Map<String, Double>> sorted = new TreeMap<>();
        settings.byPart().forEach((part, values) -> sorted.put(part, new TreeMap<>(values)));
        return (auto ? AUTO + " " : "") + signals() + " " + sorted;
    }

    private static List<VectorPart> named(List<String> names) {
        List<VectorPart> parts = new ArrayList<>();
        for (String name : names) {
            Optional<VectorPart> part = VectorPart.named(name);
            if (part.isEmpty() && OTHERS.contains(name) == false) {
                List<String> known = new ArrayList<>(List.of(Signal.NEIGHBOURS));
                Arrays.stream(VectorPart.values()).map(VectorPart::signal).forEach(known::add);
                known.add(Signal.RATINGS);
                throw new IllegalArgumentException("unknown part [" + name + "]; name some of " + known + ", or [" + AUTO + "] alone");
            }
            part.filter(one -> parts.contains(one) == false).ifPresent(parts::add);
        }
        return List.copyOf(parts);
    }
}
