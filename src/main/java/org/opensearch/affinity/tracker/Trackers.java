package org.opensearch.affinity.tracker;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.Version;
import org.opensearch.cluster.AbstractNamedDiffable;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.SortedMap;
import java.util.TreeMap;

/** All trackers of the cluster, as part of the cluster state. Immutable. */
public final class Trackers extends AbstractNamedDiffable<Metadata.Custom> implements Metadata.Custom {
    public static final String TYPE = "affinity_trackers";
    private static final Trackers NONE = new Trackers(new TreeMap<>());

    private final SortedMap<String, Tracker> byName;

    private Trackers(SortedMap<String, Tracker> byName) {
        this.byName = Collections.unmodifiableSortedMap(byName);
    }

    public Trackers(StreamInput in) throws IOException {
        this(new TreeMap<>(in.readMap(StreamInput::readString, Tracker::new)));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(byName, StreamOutput::writeString, (o, tracker) -> tracker.writeTo(o));
    }

    public static NamedDiff<Metadata.Custom> readDiffFrom(StreamInput in) throws IOException {
        return readDiffFrom(Metadata.Custom.class, TYPE, in);
    }

    public static Trackers fromXContent(XContentParser parser) throws IOException {
        SortedMap<String, Tracker> byName = new TreeMap<>();
        while (parser.nextToken() != XContentParser.Token.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            byName.put(name, Tracker.parse(name, parser));
        }
        return new Trackers(byName);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        for (Tracker tracker : byName.values()) {
            builder.field(tracker.name());
            tracker.toXContent(builder, params);
        }
        return builder;
    }

    public static Trackers of(ClusterState state) {
        Trackers trackers = state.metadata().custom(TYPE);
        return trackers == null ? NONE : trackers;
    }

    public Collection<Tracker> all() {
        return byName.values();
    }

    /** Null when there is none of that name. */
    public Tracker find(String name) {
        return byName.get(name);
    }

    /** @throws IllegalArgumentException naming those that exist */
    public Tracker get(String name) {
        Tracker tracker = byName.get(name);
        if (tracker == null) {
            throw new IllegalArgumentException("[affinity] unknown tracker [" + name + "]; defined: " + byName.keySet());
        }
        return tracker;
    }

    /** The tracker that a path names. @throws ResourceNotFoundException naming those that exist */
    public Tracker named(String name) {
        try {
            return get(name);
        } catch (IllegalArgumentException e) {
            throw new ResourceNotFoundException(e.getMessage());
        }
    }

    /** A state with the tracker added or replaced. */
    public ClusterState with(ClusterState state, Tracker tracker) {
        SortedMap<String, Tracker> changed = new TreeMap<>(byName);
        changed.put(tracker.name(), tracker);
        return in(state, changed);
    }

    /** A state without the tracker. */
    public ClusterState without(ClusterState state, String name) {
        SortedMap<String, Tracker> changed = new TreeMap<>(byName);
        changed.remove(name);
        return in(state, changed);
    }

    private static ClusterState in(ClusterState state, SortedMap<String, Tracker> changed) {
        Metadata metadata = Metadata.builder(state.metadata()).putCustom(TYPE, new Trackers(changed)).build();
        return ClusterState.builder(state).metadata(metadata).build();
    }

    @Override
    public EnumSet<Metadata.XContentContext> context() {
        return Metadata.ALL_CONTEXTS;
    }

    @Override
    public String getWriteableName() {
        return TYPE;
    }

    @Override
    public Version getMinimalSupportedVersion() {
        return Version.V_3_6_0;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Trackers other && byName.equals(other.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }
}
