package org.opensearch.affinity.tracker;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.cluster.ClusterState;
import org.opensearch.core.rest.RestStatus;

import java.util.Collection;
import java.util.Set;

/** The definitions of all trackers of the cluster, by name, as a part of the cluster state. Immutable. */
public final class Trackers extends MetadataMap<Tracker> {
    public static final Kind<Tracker, Trackers> KIND = new Kind<>("affinity_trackers", Tracker::new, Trackers::new);

    private Trackers(Entries<Tracker> entries) {
        super(KIND, entries);
    }

    /**
     * The trackers of a cluster state. One whose definition or generations only a later version of the plugin understands is not among
     * them.
     */
    public static Trackers of(ClusterState state) {
        Trackers all = KIND.of(state);
        Set<String> unreadable = ProfileGenerations.of(state).unreadable();
        return unreadable.isEmpty() ? all : new Trackers(all.hiding(unreadable));
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
        boolean isNewer = unreadable().contains(name);
        return isNewer
            ? "[affinity] tracker [" + name + "] " + NEWER
            : "[affinity] unknown tracker [" + name + "]; defined: " + values().keySet();
    }

    /** A cluster state with this tracker added, or in place of the one of the same name. */
    public ClusterState with(ClusterState state, Tracker tracker) {
        return with(state, tracker.name(), tracker);
    }

    /** @throws OpenSearchStatusException (409) if there is a tracker of this name that only a later version understands */
    public void requireReadable(String name) {
        if (unreadable().contains(name)) {
            throw new OpenSearchStatusException(unknown(name), RestStatus.CONFLICT);
        }
    }

    /** Whether there is a tracker of this name, even one of a later version. */
    boolean isDefined(String name) {
        return values().containsKey(name) || unreadable().contains(name);
    }
}
