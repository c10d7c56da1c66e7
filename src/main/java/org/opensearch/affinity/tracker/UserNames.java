package org.opensearch.affinity.tracker;

import org.opensearch.cluster.ClusterState;

/**
 * By what names users are stored in one generation of a tracker's profiles, and where that lies, both as of one cluster state:
 * another generation may store them under more keys, and who is looked for there by these names is not found. Immutable.
 */
public final class UserNames {
    private final UserKeys keys;
    private final KeyChain chain;
    private final String home;

    private UserNames(UserKeys keys, KeyChain chain, String home) {
        this.keys = keys;
        this.chain = chain;
        this.home = home;
    }

    /**
     * Those of the generation that is used.
     *
     * @throws IllegalArgumentException if there is no such tracker
     */
    public static UserNames live(String tracker, ClusterState state, UserKeys keys) {
        return of(tracker, ProfileGenerations.of(state).of(tracker).live(), state, keys);
    }

    /** @throws IllegalArgumentException if there is no such tracker */
    public static UserNames of(String tracker, int generation, ClusterState state, UserKeys keys) {
        KeyChain chain = ProfileGenerations.of(state).chain(Trackers.of(state).get(tracker), generation);
        return new UserNames(keys, chain, ProfileGenerations.home(tracker, generation, state));
    }

    /**
     * The name by which a user is stored.
     *
     * @throws UserKeys.MissingException if this node cannot tell
     */
    public String of(String user) {
        return keys.sign(chain, user);
    }

    /**
     * The name by which a user is stored of whom nothing is known but the name in a generation before.
     *
     * @throws UserKeys.MissingException if this node cannot tell
     */
    public String of(String stored, UserNames before) {
        return keys.sign(chain.after(before.chain), stored);
    }

    public KeyChain chain() {
        return chain;
    }

    /** By what name the generation's profiles are read and written, see {@link ProfileGenerations#home}. */
    public String home() {
        return home;
    }
}
