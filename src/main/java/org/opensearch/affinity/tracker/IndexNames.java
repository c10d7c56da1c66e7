package org.opensearch.affinity.tracker;

import org.opensearch.cluster.ClusterState;

import java.util.List;

/** Names of the plugin's system indices. Aliases are named after trackers, whose names contain no dot; indices add a dot and a number. */
public final class IndexNames {
    /** The first part of the name of every system index of this plugin. */
    public static final String PREFIX = ".affinity-";
    /** Matches every system index of this plugin. */
    public static final String PATTERN = PREFIX + "*";
    /** One document a user, and one document a log shard with the progress of its follower. */
    public static final Family PROFILES = new Family(PREFIX + "interests-");
    /** One document an item that events name. */
    public static final Family ITEM_ROWS = new Family(PREFIX + "items-");
    /** Trained models, one index each. They have no common alias. */
    public static final Family MODELS = new Family(PREFIX + "model-");

    /**
     * Indices of one kind.
     *
     * @param prefix the first part of their names
     */
    public record Family(String prefix) {
        /** The alias through which a tracker's documents are read and written. */
        public String alias(String tracker) {
            return prefix + tracker;
        }

        public String index(String tracker, int number) {
            return prefix + tracker + "." + number;
        }

        /** The index of a profile generation, counted from 0; indices are counted from 1. */
        public String ofGeneration(String tracker, int generation) {
            return index(tracker, generation + 1);
        }

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
