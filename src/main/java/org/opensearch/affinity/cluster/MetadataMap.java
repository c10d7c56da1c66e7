package org.opensearch.affinity.cluster;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.Version;
import org.opensearch.cluster.AbstractNamedDiffable;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * An immutable map from names of trackers to values, as a custom part of the cluster state: published to all nodes, stored on disk and in
 * snapshots. A change publishes the whole map. Each subclass is registered with its {@link Kind}.
 *
 * <p>Values are kept as they were written, in the {@link Format} of their class, also where nodes and disks get them from this one: what a
 * later version appended stays. An entry that this version does not understand stays as it is, too, and has no value here. Values are
 * checked when they are defined, and not when they are read.
 *
 * @param <V> the type of the values, immutable, with {@code equals} and {@code hashCode} by content
 */
public abstract class MetadataMap<V extends Writeable & ToXContentObject> extends AbstractNamedDiffable<Metadata.Custom>
    implements
        Metadata.Custom {

    private static final Logger LOGGER = LogManager.getLogger(MetadataMap.class);
    private static final Format FORMAT = Format.first(MetadataMap.class);
    /** What is wrong with a tracker of which an entry is {@link #unreadable}. */
    protected static final String NEWER = "is of a later version of the plugin: upgrade the plugin of this node";
    /** The field of an entry on disk. */
    private static final String WRITTEN = "written";

    private final Kind<V, ?> kind;
    private final Entries<V> entries;

    protected MetadataMap(Kind<V, ?> kind, Entries<V> entries) {
        this.kind = kind;
        this.entries = entries;
    }

    /**
     * The entries of a map by name.
     *
     * @param values  of the entries that this version understands
     * @param written all entries as they were written
     */
    protected record Entries<V>(SortedMap<String, V> values, SortedMap<String, BytesReference> written) {
        private Entries<V> hiding(Collection<String> names) {
            SortedMap<String, V> shown = new TreeMap<>(values);
            shown.keySet().removeAll(names);
            return new Entries<>(Collections.unmodifiableSortedMap(shown), written);
        }
    }

    /**
     * How the maps of one subclass are made, read and registered.
     *
     * @param type        the name in the cluster state
     * @param reader      reads a value from a stream
     * @param constructor makes a map of entries
     */
    public record Kind<V extends Writeable & ToXContentObject, M extends MetadataMap<V>>(
        String type,
        Writeable.Reader<V> reader,
        Function<Entries<V>, M> constructor
    ) {
        /** The map of a cluster state; empty if the state has none. */
        public M of(ClusterState state) {
            M map = state.metadata().custom(type);
            return map == null ? of(new TreeMap<>()) : map;
        }

        private M of(SortedMap<String, BytesReference> written) {
            SortedMap<String, V> values = new TreeMap<>();
            written.forEach((name, bytes) -> {
                try {
                    values.put(name, SystemDocuments.read(BytesReference.toBytes(bytes), reader));
                } catch (UnreadableFormatException e) {
                    LOGGER.warn("[{}] of [{}] is left as it is: {}", name, type, e.getMessage());
                } catch (IOException | RuntimeException e) {
                    LOGGER.warn("[{}] of [{}] is left as it is, as it cannot be read", name, type, RedactedException.of(e));
                }
            });
            return constructor.apply(new Entries<>(Collections.unmodifiableSortedMap(values), Collections.unmodifiableSortedMap(written)));
        }

        /** Reads what {@link #writeTo} wrote. */
        public M read(StreamInput in) throws IOException {
            return of(new TreeMap<>(FORMAT.read(in).readMap(StreamInput::readString, StreamInput::readBytesReference)));
        }

        /** Reads what {@link #toXContent} wrote for a disk or a snapshot. Other fields of an entry are skipped. */
        public M parse(XContentParser xContent) throws IOException {
            SortedMap<String, BytesReference> written = new TreeMap<>();
            while (xContent.nextToken() != XContentParser.Token.END_OBJECT) {
                String name = xContent.currentName();
                xContent.nextToken();
                while (xContent.nextToken() != XContentParser.Token.END_OBJECT) {
                    boolean isValue = xContent.currentName().equals(WRITTEN);
                    xContent.nextToken();
                    if (isValue) {
                        written.put(name, new BytesArray(xContent.binaryValue()));
                    } else {
                        xContent.skipChildren();
                    }
                }
            }
            return of(written);
        }

        /** The text of a value. {@link #value} reads it. */
        public String text(V value) {
            return base64(written(value));
        }

        /** @throws UnreadableFormatException if this version of the plugin is too old to understand it */
        public V value(String text) throws IOException {
            return SystemDocuments.read(Base64.getDecoder().decode(text), reader);
        }

        private BytesReference written(V value) {
            try {
                return SystemDocuments.bytes(value);
            } catch (IOException e) {
                throw new IllegalStateException("writing to memory cannot fail", e);
            }
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

    private static String base64(BytesReference bytes) {
        return Base64.getEncoder().encodeToString(BytesReference.toBytes(bytes));
    }

    @Override
    public final void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeMap(entries.written, StreamOutput::writeString, StreamOutput::writeBytesReference);
        }
    }

    /** Writes the values, or, for disks and snapshots, all entries as they were written. */
    @Override
    public final XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (params.param(Metadata.CONTEXT_MODE_PARAM, Metadata.CONTEXT_MODE_API).equals(Metadata.CONTEXT_MODE_API)) {
            for (String name : entries.values.keySet()) {
                builder.field(name);
                entries.values.get(name).toXContent(builder, params);
            }
            return builder;
        }
        for (String name : entries.written.keySet()) {
            builder.startObject(name).field(WRITTEN, base64(entries.written.get(name))).endObject();
        }
        return builder;
    }

    /** The values of the entries that this version understands, in the order of their names. */
    protected final SortedMap<String, V> values() {
        return entries.values;
    }

    /** The names of the entries that a later version wrote, and this one does not understand. */
    public final Set<String> unreadable() {
        Set<String> names = new TreeSet<>(entries.written.keySet());
        names.removeAll(entries.values.keySet());
        return names;
    }

    /** The entries without the values of some. */
    protected final Entries<V> hiding(Collection<String> names) {
        return entries.hiding(names);
    }

    /** An entry as it was written, see {@link Kind#value}; null if there is none. */
    public final String text(String name) {
        BytesReference written = entries.written.get(name);
        return written == null ? null : base64(written);
    }

    /**
     * A cluster state in which a name has this value.
     *
     * @throws OpenSearchStatusException (409) if there is an entry that only a later version understands
     */
    protected final ClusterState with(ClusterState state, String name, V value) {
        return with(state, Metadata.builder(state.metadata()), name, value);
    }

    /** As {@link #with(ClusterState, String, Writeable)}, with other changes of the metadata. */
    protected final ClusterState with(ClusterState state, Metadata.Builder metadata, String name, V value) {
        return with(state, metadata, name, kind.written(value));
    }

    /** As {@link #with(ClusterState, String, Writeable)}, of a value as it was written. */
    public final ClusterState restored(ClusterState state, String name, String text) {
        return with(state, Metadata.builder(state.metadata()), name, new BytesArray(Base64.getDecoder().decode(text)));
    }

    private ClusterState with(ClusterState state, Metadata.Builder metadata, String name, BytesReference written) {
        if (unreadable().contains(name)) {
            throw new OpenSearchStatusException("[affinity] tracker [{}] " + NEWER, RestStatus.CONFLICT, name);
        }
        SortedMap<String, BytesReference> changed = new TreeMap<>(entries.written);
        changed.put(name, written);
        return with(state, metadata, changed);
    }

    /** A cluster state in which a name has no value. */
    public final ClusterState without(ClusterState state, String name) {
        SortedMap<String, BytesReference> changed = new TreeMap<>(entries.written);
        changed.remove(name);
        return with(state, Metadata.builder(state.metadata()), changed);
    }

    private ClusterState with(ClusterState state, Metadata.Builder metadata, SortedMap<String, BytesReference> changed) {
        metadata.putCustom(kind.type, kind.of(changed));
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
        return o != null && getClass() == o.getClass() && entries.written.equals(((MetadataMap<?>) o).entries.written);
    }

    @Override
    public final int hashCode() {
        return entries.written.hashCode();
    }
}
