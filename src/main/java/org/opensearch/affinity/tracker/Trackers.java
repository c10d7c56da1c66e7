package org.opensearch.affinity.tracker;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.cluster.ClusterState;

import java.util.Collection;
import java.util.SortedMap;

/** The definitions of all trackers of the cluster, by name, as a part of the cluster state. Immutable. */
public final class Trackers extends MetadataMap<Tracker> {
    public static final Kind<Tracker, Trackers> KIND = new Kind<>("affinity_trackers", Tracker::new, Tracker::parse, Trackers::new);

    private Trackers(SortedMap<String, Tracker> byName) {
        super(KIND, byName);
    }

    /** The trackers of a cluster state. */
    public static Trackers of(ClusterState state) {
        return KIND.of(state);
    }

    /** All trackers, in the order of their names. */
    public Collection<Tracker> all() {
        return values().values();
    }

    /** The tracker of this name; null if there is none. */
    public Tracker find(String name) {
        return values().get(name);
    }

    /**
     * The tracker that a request body names.
     *
     * @throws IllegalArgumentException if there is none of this name; the message lists those that are defined
     */
    public Tracker get(String name) {
        Tracker tracker = find(name);
        if (tracker == null) {
            throw new IllegalArgumentException(unknown(name));
        }
        return tracker;
    }

    /**
     * The tracker that a request path names.
     *
     * @throws ResourceNotFoundException if there is none of this name; the message lists those that are defined
     */
    public Tracker named(String name) {
        Tracker tracker = find(name);
        if (tracker == null) {
            throw new ResourceNotFoundException(unknown(name));
        }
        return tracker;
    }

    private String unknown(String name) {
        return "[affinity] unknown tracker [" + name + "]; defined: " + values().keySet();
    }

    /** A cluster state with this tracker added, or in place of the one of the same name. */
    public ClusterState with(ClusterState state, Tracker tracker) {
        return with(state, tracker.name(), tracker);
    }
}
