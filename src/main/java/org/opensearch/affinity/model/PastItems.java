package org.opensearch.affinity.model;

import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.List;

/**
 * The items of a user's history, each once, newest first, and how each was taken. Immutable.
 *
 * @param ids     of the items
 * @param gaps    of the same items, see {@link InteractionMatrix#gap}; empty if they are not known
 * @param actions names of the actions by which they were taken last; empty if they are not known
 */
public record PastItems(List<String> ids, List<Integer> gaps, List<String> actions) {
    /** Items of which neither times nor actions are known. */
    public static PastItems of(List<String> ids) {
        return new PastItems(ids, List.of(), List.of());
    }

    int gap(int age) {
        return age < gaps.size() ? gaps.get(age) : 0;
    }

    String action(int age) {
        return age < actions.size() ? actions.get(age) : "";
    }
}
