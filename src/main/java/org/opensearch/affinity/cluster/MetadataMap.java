package org.opensearch.affinity.cluster;

import org.opensearch.Version;
import org.opensearch.cluster.AbstractNamedDiffable;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.CheckedBiFunction;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An immutable map from names of trackers to values, as a custom part of the cluster state: published to all nodes, stored on disk and in
 * snapshots. A change publishes the whole map. Each subclass is registered with its {@link Kind}.
 *
 * @param <V> the type of the values, immutable, with {@code equals} and {@code hashCode} by content
 */
public abstract class MetadataMap<V extends Writeable & ToXContentObject> extends AbstractNamedDiffable<Metadata.Custom>
    implements
        Metadata.Custom {

    private final Kind<V, ?> kind;
    private final SortedMap<String, V> values;

    protected MetadataMap(Kind<V, ?> kind, SortedMap<String, V> values) {
        this.kind = kind;
        this.values = Collections.unmodifiableSortedMap(values);
    }

    /**
     * How the maps of one subclass are made, read and registered.
     *
     * @param type        the name in the cluster state
     * @param reader      reads a value from a stream
     * @param parser      reads the value of a name from XContent, starting at the value's object
     * @param constructor makes a map of entries
     */
    public record Kind<V extends Writeable & ToXContentObject, M extends MetadataMap<V>>(
        String type,
        Writeable.Reader<V> reader,
        CheckedBiFunction<String, XContentParser, V, IOException> parser,
        Function<SortedMap<String, V>, M> constructor
    ) {
        /** The map of a cluster state; empty if the state has none. */
        public M of(ClusterState state) {
            M map = state.metadata().custom(type);
            return map == null ? constructor.apply(new TreeMap<>()) : map;
        }

        /** Reads what {@link #writeTo} wrote. A format number would be read here, before the entries. */
        public M read(StreamInput in) throws IOException {
            return constructor.apply(new TreeMap<>(in.readMap(StreamInput::readString, reader)));
        }

        /** Reads what {@link #toXContent} wrote. */
        public M parse(XContentParser xContent) throws IOException {
            SortedMap<String, V> values = new TreeMap<>();
            while (xContent.nextToken() != XContentParser.Token.END_OBJECT) {
                String name = xContent.currentName();
                xContent.nextToken();
                values.put(name, parser.apply(name, xContent));
            }
            return constructor.apply(values);
        }

        /** Entries for the registry of named writeables: the map, and its difference between two cluster states. */
        public List<NamedWriteableRegistry.Entry> writeables() {
            return List.of(
                new NamedWriteableRegistry.Entry(Metadata.Custom.class, type, this::read),
                new NamedWriteableRegistry.Entry(NamedDiff.class, type, in -> readDiffFrom(Metadata.Custom.class, type, in))
            );
        }

        /** The entry for the registry of named XContent. */
        public NamedXContentRegistry.Entry xContent() {
            return new NamedXContentRegistry.Entry(Metadata.Custom.class, new ParseField(type), this::parse);
        }
    }

    /** Writes the entries. A format number would be written here, before them. */
    @Override
    public final void writeTo(StreamOutput out) throws IOException {
        out.writeMap(values, StreamOutput::writeString, (to, value) -> value.writeTo(to));
    }

    @Override
    public final XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        for (String name : values.keySet()) {
            builder.field(name);
            values.get(name).toXContent(builder, params);
        }
        return builder;
    }

    /** The entries, in the order of their names. */
    protected final SortedMap<String, V> values() {
        return values;
    }

    /** A cluster state in which a name has this value. */
    protected final ClusterState with(ClusterState state, String name, V value) {
        return with(state, Metadata.builder(state.metadata()), name, value);
    }

    /** As {@link #with(ClusterState, String, Writeable)}, with other changes of the metadata. */
    protected final ClusterState with(ClusterState state, Metadata.Builder metadata, String name, V value) {
        SortedMap<String, V> changed = new TreeMap<>(values);
        changed.put(name, value);
        return with(state, metadata, changed);
    }

    /** A cluster state in which a name has no value. */
    public final ClusterState without(ClusterState state, String name) {
        SortedMap<String, V> changed = new TreeMap<>(values);
        changed.remove(name);
        return with(state, Metadata.builder(state.metadata()), changed);
    }

    private ClusterState with(ClusterState state, Metadata.Builder metadata, SortedMap<String, V> changed) {
        metadata.putCustom(kind.type, kind.constructor.apply(changed));
        return ClusterState.builder(state).metadata(metadata).build();
    }

    @Override
    public final EnumSet<Metadata.XContentContext> context() {
        return Metadata.ALL_CONTEXTS;
    }

    @Override
    public final String getWriteableName() {
        return kind.type;
    }

    @Override
    public final Version getMinimalSupportedVersion() {
        return Version.V_3_6_0;
    }

    @Override
    public final boolean equals(Object o) {
        return o != null && getClass() == o.getClass() && values.equals(((MetadataMap<?>) o).values);
    }

    @Override
    public final int hashCode() {
        return values.hashCode();
    }
}
