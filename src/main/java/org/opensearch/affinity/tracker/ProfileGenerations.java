package org.opensearch.affinity.tracker;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.AliasMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The profile generations of each tracker, by tracker, as a part of the cluster state: the live one, which searches use, and the next one,
 * which a rebuild makes. A generation has an index of profiles and an index of item rows. Their aliases are
 * {@code <prefix><tracker>@<generation>}, by which followers write; the aliases {@code <prefix><tracker>} point to the live generation.
 * A tracker that was never rebuilt has no entry. Immutable.
 */
public final class ProfileGenerations extends MetadataMap<TrackerGenerations> {
    public static final Kind<TrackerGenerations, ProfileGenerations> KIND = new Kind<>(
        "affinity_generations",
        TrackerGenerations::new,
        ProfileGenerations::new
    );

    /** A generation has one index of each. */
    private static final List<IndexNames.Family> FAMILIES = List.of(IndexNames.PROFILES, IndexNames.ITEM_ROWS);

    /**
     * The generations of one tracker.
     *
     * @param live     the number of the live generation; 0 is the first
     * @param next     the number of the generation that is being built; 0 for none
     * @param ready    whether opt-outs and erasures have been copied to the next generation, so that events may be folded into it
     * @param liveKeys how many keys of the tracker's chain, from the first, pseudonyms of the live generation are made with;
     *                 {@link #ALL_KEYS} for all. Those of the next generation are always made with all
     */
    public record TrackerGenerations(int live, int next, boolean ready, int liveKeys) implements Writeable, ToXContentObject {
        private static final Format FORMAT = Format.first(TrackerGenerations.class);
        public static final int ALL_KEYS = -1;
        /** The generations of a tracker that was never rebuilt. */
        public static final TrackerGenerations FIRST = new TrackerGenerations(0, 0, false, ALL_KEYS);
        /** The same without a generation that is being built. */
        TrackerGenerations withoutNext() {
            return new TrackerGenerations(live, 0, false, liveKeys);
        }

        TrackerGenerations(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private TrackerGenerations(Frame in) throws IOException {
            this(in.readVInt(), in.readVInt(), in.readBoolean(), in.readInt());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(live);
                out.writeVInt(next);
                out.writeBoolean(ready);
                out.writeInt(liveKeys);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("live", live).field("next", next);
            return builder.field("ready", ready).field("live_keys", liveKeys).endObject();
        }

        public boolean isRebuilding() {
            return next > 0;
        }

        /** The generations that events are folded into. */
        public List<Integer> followed() {
            return isRebuilding() && ready ? List.of(live, next) : List.of(live);
        }

        /** The number of the next generation to be built. */
        private int following() {
            return Math.max(live, next) + 1;
        }
    }

    private ProfileGenerations(Entries<TrackerGenerations> entries) {
        super(KIND, entries);
    }

    /** The profile generations of a cluster state. */
    public static ProfileGenerations of(ClusterState state) {
        return KIND.of(state);
    }

    /** The generations of a tracker. */
    public TrackerGenerations of(String tracker) {
        return values().getOrDefault(tracker, TrackerGenerations.FIRST);
    }

    /** The names of the trackers that were ever rebuilt. */
    public Set<String> trackers() {
        return values().keySet();
    }

    /** The name of a generation. After the prefix of a family of indices it is the alias of the generation's index. */
    public static String name(String tracker, int generation) {
        return tracker + "@" + generation;
    }

    /** The names of a generation that is created: that of the tracker if it is live, and its own, which the first one lacks. */
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

    /**
     * The name by which a generation is read and written as of a cluster state: its own if it has one, because the name of the tracker may
     * point to another generation at any moment; otherwise that of the tracker.
     */
    public static String currentName(String tracker, int generation, ClusterState state) {
        TrackerGenerations now = of(state).of(tracker);
        // The first generation gets a name of its own when a rebuild begins.
        boolean alone = generation == 0 && now.live == 0 && now.isRebuilding() == false;
        return alone ? tracker : name(tracker, generation);
    }

    /** The keys that pseudonyms of a generation are made with. */
    KeyChain chain(Tracker tracker, int generation) {
        TrackerGenerations now = of(tracker.name());
        boolean all = generation != now.live || now.liveKeys == TrackerGenerations.ALL_KEYS;
        return all ? tracker.pseudonym() : tracker.pseudonym().first(now.liveKeys);
    }

    /**
     * A cluster state in which a rebuild has begun: there is a next generation, and the live one has a name of its own.
     *
     * @throws OpenSearchStatusException (409) if a rebuild is running, or indices of an earlier one are still being deleted
     */
    public ClusterState begin(ClusterState state, String tracker) {
        return begin(state, tracker, of(tracker).liveKeys);
    }

    /**
     * As {@link #begin}, for a tracker that gets further keys. Pseudonyms of the live generation stay as they are.
     *
     * @param before the tracker without the further keys
     * @throws OpenSearchStatusException (409) as {@link #begin}
     */
    public ClusterState rotate(ClusterState state, Tracker before) {
        int liveKeys = of(before.name()).liveKeys;
        // After a cancelled rotation the live generation may be stored under fewer keys than the tracker has.
        int made = liveKeys == TrackerGenerations.ALL_KEYS ? before.pseudonym().ids().size() : liveKeys;
        return begin(state, before.name(), made);
    }

    private ClusterState begin(ClusterState state, String tracker, int liveKeys) {
        TrackerGenerations now = of(tracker);
        if (now.isRebuilding() || leftOver(tracker, state).isEmpty() == false) {
            throw new OpenSearchStatusException("[affinity] tracker [{}] is being rebuilt already", RestStatus.CONFLICT, tracker);
        }
        Metadata.Builder metadata = Metadata.builder(state.metadata());
        String name = name(tracker, now.live);
        for (IndexNames.Family family : FAMILIES) {
            changeAlias(metadata, family.ofGeneration(tracker, now.live), null, family.alias(name));
        }
        return with(state, metadata, tracker, new TrackerGenerations(now.live, now.following(), false, liveKeys));
    }

    /**
     * A cluster state in which events may be folded into the next generation. Returns the given state if that generation is no longer
     * being built, or is to be built under other keys.
     *
     * @param chain the keys under which opt-outs and erasures were copied
     */
    public ClusterState ready(ClusterState state, String tracker, int next, KeyChain chain) {
        TrackerGenerations now = of(tracker);
        if (now.next != next || chain(Trackers.of(state).get(tracker), next).equals(chain) == false) {
            return state;
        }
        return with(state, tracker, new TrackerGenerations(now.live, next, true, now.liveKeys));
    }

    /** A cluster state in which the next generation is live. Returns the given state if that generation is no longer being built. */
    public ClusterState finish(ClusterState state, String tracker, int next) {
        TrackerGenerations now = of(tracker);
        if (now.next != next) {
            return state;
        }
        Metadata.Builder metadata = Metadata.builder(state.metadata());
        for (IndexNames.Family family : FAMILIES) {
            changeAlias(metadata, family.ofGeneration(tracker, now.live), family.alias(tracker), null);
            changeAlias(metadata, family.ofGeneration(tracker, next), null, family.alias(tracker));
        }
        return with(state, metadata, tracker, new TrackerGenerations(next, 0, false, TrackerGenerations.ALL_KEYS));
    }

    /** A cluster state without a next generation. The live one stays as it is. */
    public ClusterState cancel(ClusterState state, String tracker) {
        TrackerGenerations now = of(tracker);
        return with(state, tracker, new TrackerGenerations(now.live, 0, false, now.liveKeys));
    }

    /**
     * The indices of generations that are neither live nor being built. An index with the alias of the tracker is none of them, whatever
     * the entry says: a restored cluster state may have an older entry than the indices.
     */
    public List<String> leftOver(String tracker, ClusterState state) {
        TrackerGenerations now = of(tracker);
        List<String> indices = new ArrayList<>();
        for (IndexNames.Family family : FAMILIES) {
            indices.addAll(family.of(tracker, state));
            indices.remove(family.ofGeneration(tracker, now.live));
            if (now.isRebuilding()) {
                indices.remove(family.ofGeneration(tracker, now.next));
            }
            indices.removeIf(index -> state.metadata().index(index).getAliases().containsKey(family.alias(tracker)));
        }
        return indices;
    }

    /**
     * Changes aliases of an index, if it exists.
     *
     * @param without removed from the index; null for none
     * @param with    added as a write alias; null for none
     */
    private static void changeAlias(Metadata.Builder metadata, String index, String without, String with) {
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
}
