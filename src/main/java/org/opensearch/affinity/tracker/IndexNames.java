package org.opensearch.affinity.tracker;

import org.opensearch.cluster.ClusterState;

import java.util.List;

/**
 * Names of the plugin's system indices. An alias is a prefix and the name of a tracker, which has no dot; an index has a dot and a number
 * after that.
 */
public final class IndexNames {
    /** The first part of the name of every system index of this plugin. */
    public static final String PREFIX = ".affinity-";
    /** Matches every system index of this plugin. */
    public static final String PATTERN = PREFIX + "*";
    /** A document for each user, and one for each log shard with the progress of its follower. */
    public static final Family PROFILES = new Family(PREFIX + "interests-");
    /** A document for each item that events name. */
    public static final Family ITEM_ROWS = new Family(PREFIX + "items-");
    /** An index for each trained model. They have no alias. */
    public static final Family MODELS = new Family(PREFIX + "model-");

    /** How far a training is, while it lasts and after its node has died; at most one index, with number 1. They have no alias. */
    public static final Family TRAININGS = new Family(PREFIX + "training-");

    /**
     * The indices of one kind.
     *
     * @param prefix the first part of their names
     */
    public record Family(String prefix) {
        /** The alias of a tracker, or of a profile generation by its name. */
        public String alias(String tracker) {
            return prefix + tracker;
        }

        /** The name of an index by its number, from 1. */
        public String index(String tracker, int number) {
            return prefix + tracker + "." + number;
        }

        /** The index of a profile generation, counted from 0; indices are counted from 1. */
        public String ofGeneration(String tracker, int generation) {
            return index(tracker, generation + 1);
        }

        /** Whether an index is of this kind. */
        public boolean contains(String index) {
            return index.startsWith(prefix);
        }

        /** All indices of this kind that a tracker has, in no particular order. */
        public List<String> of(String tracker, ClusterState state) {
            return state.metadata().indices().keySet().stream().filter(index -> index.startsWith(prefix + tracker + ".")).toList();
        }
    }

    private IndexNames() {}
}
