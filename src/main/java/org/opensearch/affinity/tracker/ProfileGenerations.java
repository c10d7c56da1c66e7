package org.opensearch.affinity.tracker;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.Version;
import org.opensearch.cluster.AbstractNamedDiffable;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;

/**
 * Which making of its profiles and item table each tracker uses, and which one is being made beside it, as part of the cluster
 * state. Each has indices of its own, with an alias by which its followers write, {@code <tracker>@<generation>} after the usual
 * prefix; the alias without a number is that of the one that is used. Immutable.
 */
public final class ProfileGenerations extends AbstractNamedDiffable<Metadata.Custom> implements Metadata.Custom {
    public static final String TYPE = "affinity_generations";
    private static final ProfileGenerations NONE = new ProfileGenerations(new TreeMap<>());

    /**
     * Those of one tracker.
     *
     * @param live  the one that is used; 0 is the first
     * @param next  the one that is being made; 0 for none
     * @param ready whether the next one knows what users did not want to be known, and may be folded into
     * @param liveKeys under how many keys of the tracker's chain the one that is used stores users, from the first;
     *                 {@link #ALL_KEYS} for all there are. The next one is always under all
     */
    public record Generation(int live, int next, boolean ready, int liveKeys) implements Writeable {
        public static final int ALL_KEYS = -1;
        public static final Generation FIRST = new Generation(0, 0, false, ALL_KEYS);
        private static final ConstructingObjectParser<Generation, Void> PARSER = new ConstructingObjectParser<>(
            "generation",
            args -> new Generation((int) args[0], (int) args[1], (boolean) args[2], (int) args[3])
        );

        static {
            PARSER.declareInt(constructorArg(), new ParseField("live"));
            PARSER.declareInt(constructorArg(), new ParseField("next"));
            PARSER.declareBoolean(constructorArg(), new ParseField("ready"));
            PARSER.declareInt(constructorArg(), new ParseField("live_keys"));
        }

        public Generation(StreamInput in) throws IOException {
            this(in.readVInt(), in.readVInt(), in.readBoolean(), in.readInt());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVInt(live);
            out.writeVInt(next);
            out.writeBoolean(ready);
            out.writeInt(liveKeys);
        }

        public boolean isRebuilding() {
            return next > 0;
        }

        /** Those that events are folded into. */
        public List<Integer> followed() {
            return isRebuilding() && ready ? List.of(live, next) : List.of(live);
        }

        /** The number of the one after all there were. */
        int following() {
            return Math.max(live, next) + 1;
        }
    }

    private final SortedMap<String, Generation> byTracker;

    private ProfileGenerations(SortedMap<String, Generation> byTracker) {
        this.byTracker = Collections.unmodifiableSortedMap(byTracker);
    }

    public ProfileGenerations(StreamInput in) throws IOException {
        this(new TreeMap<>(in.readMap(StreamInput::readString, Generation::new)));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(byTracker, StreamOutput::writeString, (o, generation) -> generation.writeTo(o));
    }

    public static NamedDiff<Metadata.Custom> readDiffFrom(StreamInput in) throws IOException {
        return readDiffFrom(Metadata.Custom.class, TYPE, in);
    }

    public static ProfileGenerations fromXContent(XContentParser parser) throws IOException {
        SortedMap<String, Generation> byTracker = new TreeMap<>();
        while (parser.nextToken() != XContentParser.Token.END_OBJECT) {
            String tracker = parser.currentName();
            parser.nextToken();
            byTracker.put(tracker, Generation.PARSER.apply(parser, null));
        }
        return new ProfileGenerations(byTracker);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        for (String tracker : byTracker.keySet()) {
            Generation generation = of(tracker);
            builder.startObject(tracker).field("live", generation.live).field("next", generation.next);
            builder.field("ready", generation.ready).field("live_keys", generation.liveKeys).endObject();
        }
        return builder;
    }

    public static ProfileGenerations of(ClusterState state) {
        ProfileGenerations generations = state.metadata().custom(TYPE);
        return generations == null ? NONE : generations;
    }

    public Generation of(String tracker) {
        return byTracker.getOrDefault(tracker, Generation.FIRST);
    }

    /** The trackers that were ever rebuilt. */
    public Iterable<String> trackers() {
        return byTracker.keySet();
    }

    /** What a generation's indices are called by, without prefix. */
    public static String name(String tracker, int generation) {
        return tracker + "@" + generation;
    }

    /** All names of a generation's indices when they are made. */
    public static List<String> names(String tracker, int generation, boolean live) {
        List<String> names = new ArrayList<>();
        if (live) {
            names.add(tracker);
        }
        if (generation > 0) {
            names.add(name(tracker, generation));
        }
        return names;
    }

    /** By what name a generation is read and written: not by that of the ones in use, which may become others at any moment. */
    public static String home(String tracker, int generation, ClusterState state) {
        Generation now = of(state).of(tracker);
        // The first generation gets a name of its own when a second one is begun, and loses it with its index.
        boolean alone = generation == 0 && now.live == 0 && now.isRebuilding() == false;
        return alone ? tracker : name(tracker, generation);
    }

    /** The keys under which a generation stores users: those that are not used yet are stored under all. */
    KeyChain chain(Tracker tracker, int generation) {
        Generation now = of(tracker.name());
        boolean all = generation != now.live || now.liveKeys == Generation.ALL_KEYS;
        return all ? tracker.pseudonym() : tracker.pseudonym().first(now.liveKeys);
    }

    /**
     * A state in which the next generation is begun.
     *
     * @throws OpenSearchStatusException (409) if one is being made already, or the rest of one is still being deleted
     */
    public ClusterState begin(ClusterState state, String tracker) {
        return begin(state, tracker, of(tracker).liveKeys);
    }

    /**
     * The same, for a tracker that gets further keys: the generation that is used stays stored under those it was made with.
     *
     * @param before the tracker without them
     * @throws OpenSearchStatusException (409) as {@link #begin}
     */
    public ClusterState rotate(ClusterState state, Tracker before) {
        int liveKeys = of(before.name()).liveKeys;
        // A rotation that was given up may have left it under fewer keys than the tracker had.
        int made = liveKeys == Generation.ALL_KEYS ? before.pseudonym().ids().size() : liveKeys;
        return begin(state, before.name(), made);
    }

    private ClusterState begin(ClusterState state, String tracker, int liveKeys) {
        Generation now = of(tracker);
        if (now.isRebuilding() || leftOver(tracker, state).isEmpty() == false) {
            throw new OpenSearchStatusException("[affinity] tracker [{}] is being rebuilt already", RestStatus.CONFLICT, tracker);
        }
        Metadata.Builder metadata = Metadata.builder(state.metadata());
        for (String index : List.of(IndexNames.PROFILES.ofGeneration(tracker, now.live), IndexNames.ITEM_ROWS.ofGeneration(tracker, now.live))) {
            String alias = index.substring(0, index.lastIndexOf('.')) + name("", now.live);
            rename(metadata, index, null, alias);
        }
        return in(state, metadata, tracker, new Generation(now.live, now.following(), false, liveKeys));
    }

    /**
     * A state in which the next generation may be folded into; the same state where it is no longer wanted.
     *
     * @param chain under which it knows of users: one that was begun anew, under further keys, is not ready by that
     */
    public ClusterState ready(ClusterState state, String tracker, int next, KeyChain chain) {
        Generation now = of(tracker);
        if (now.next != next || chain(Trackers.of(state).get(tracker), next).equals(chain) == false) {
            return state;
        }
        return in(state, Metadata.builder(state.metadata()), tracker, new Generation(now.live, next, true, now.liveKeys));
    }

    /** A state in which the next generation is used; the same state where it is no longer wanted. */
    public ClusterState finish(ClusterState state, String tracker, int next) {
        Generation now = of(tracker);
        if (now.next != next) {
            return state;
        }
        Metadata.Builder metadata = Metadata.builder(state.metadata());
        rename(metadata, IndexNames.PROFILES.ofGeneration(tracker, now.live), IndexNames.PROFILES.alias(tracker), null);
        rename(metadata, IndexNames.PROFILES.ofGeneration(tracker, next), null, IndexNames.PROFILES.alias(tracker));
        rename(metadata, IndexNames.ITEM_ROWS.ofGeneration(tracker, now.live), IndexNames.ITEM_ROWS.alias(tracker), null);
        rename(metadata, IndexNames.ITEM_ROWS.ofGeneration(tracker, next), null, IndexNames.ITEM_ROWS.alias(tracker));
        return in(state, metadata, tracker, new Generation(next, 0, false, Generation.ALL_KEYS));
    }

    /** A state without a next generation. The one that is used stays under the keys that it was made with. */
    public ClusterState cancel(ClusterState state, String tracker) {
        Generation now = of(tracker);
        return in(state, Metadata.builder(state.metadata()), tracker, new Generation(now.live, 0, false, now.liveKeys));
    }

    /** A state that knows nothing of the tracker. */
    public ClusterState without(ClusterState state, String tracker) {
        return in(state, Metadata.builder(state.metadata()), tracker, null);
    }

    /** The indices of generations that are neither used nor being made. */
    public List<String> leftOver(String tracker, ClusterState state) {
        Generation now = of(tracker);
        List<String> indices = new ArrayList<>(IndexNames.PROFILES.of(tracker, state));
        indices.addAll(IndexNames.ITEM_ROWS.of(tracker, state));
        for (int kept : now.isRebuilding() ? List.of(now.live, now.next) : List.of(now.live)) {
            indices.remove(IndexNames.PROFILES.ofGeneration(tracker, kept));
            indices.remove(IndexNames.ITEM_ROWS.ofGeneration(tracker, kept));
        }
        return indices;
    }

    private static void rename(Metadata.Builder metadata, String index, String without, String with) {
        IndexMetadata before = metadata.get(index);
        if (before == null) {
            return;
        }
        IndexMetadata.Builder after = IndexMetadata.builder(before).aliasesVersion(before.getAliasesVersion() + 1);
        if (without != null) {
            after.removeAlias(without);
        }
        if (with != null) {
            after.putAlias(AliasMetadata.builder(with).writeIndex(true));
        }
        metadata.put(after);
    }

    private ClusterState in(ClusterState state, Metadata.Builder metadata, String tracker, Generation generation) {
        SortedMap<String, Generation> changed = new TreeMap<>(byTracker);
        if (generation == null) {
            changed.remove(tracker);
        } else {
            changed.put(tracker, generation);
        }
        return ClusterState.builder(state).metadata(metadata.putCustom(TYPE, new ProfileGenerations(changed))).build();
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
        return o instanceof ProfileGenerations other && byTracker.equals(other.byTracker);
    }

    @Override
    public int hashCode() {
        return byTracker.hashCode();
    }
}
