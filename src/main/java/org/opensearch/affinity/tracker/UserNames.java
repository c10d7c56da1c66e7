package org.opensearch.affinity.tracker;

import org.opensearch.cluster.ClusterState;

/**
 * Maps user names to the names under which one generation of a tracker's profiles stores them, as of one cluster state. Generations may use
 * different keys, so a name must be looked up only in the generation that it was made for. Immutable.
 */
public final class UserNames {
    private final UserKeys keys;
    private final KeyChain chain;
    private final String generationName;

    private UserNames(UserKeys keys, KeyChain chain, String generationName) {
        this.keys = keys;
        this.chain = chain;
        this.generationName = generationName;
    }

    /**
     * The names in the live generation.
     *
     * @throws IllegalArgumentException if there is no such tracker
     */
    public static UserNames live(String tracker, ClusterState state, UserKeys keys) {
        return of(tracker, ProfileGenerations.of(state).of(tracker).live(), state, keys);
    }

    /**
     * The names in a generation.
     *
     * @throws IllegalArgumentException if there is no such tracker
     */
    public static UserNames of(String tracker, int generation, ClusterState state, UserKeys keys) {
        KeyChain chain = ProfileGenerations.of(state).chain(Trackers.of(state).get(tracker), generation);
        return new UserNames(keys, chain, ProfileGenerations.currentName(tracker, generation, state));
    }

    /**
     * The name under which a user is stored: a pseudonym, or the user's own name if the tracker has no keys.
     *
     * @throws UserKeys.MissingException if this node lacks a key
     */
    public String of(String user) {
        return keys.sign(chain, user);
    }

    /**
     * The name under which a user is stored, made from the name in an earlier generation. For users whose own names are not known.
     *
     * @param before the names in that generation, whose keys are the first of this one's
     * @throws UserKeys.MissingException if this node lacks a key
     */
    public String of(String stored, UserNames before) {
        return keys.sign(chain.after(before.chain), stored);
    }

    /** The keys that names are made with. */
    public KeyChain chain() {
        return chain;
    }

    /** The name by which the generation is read and written, see {@link ProfileGenerations#currentName}. */
    public String generationName() {
        return generationName;
    }
}
