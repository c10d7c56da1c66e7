package org.opensearch.affinity.profile;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What those events of a profile did that may be read again: after a failure, events after the stored progress of their log shard are
 * read again, and must count for items and in statistics as they did the first time. Mutable, not thread-safe.
 */
final class RecentEffects {
    /** Successive events of one document, by their positions there, that had the same effect, which is not plain. */
    private record Run(long seqNo, int from, int count, EventEffect effect) {
        boolean isAfter(long otherSeqNo, int position) {
            return seqNo > otherSeqNo || seqNo == otherSeqNo && from > position;
        }

        boolean isBefore(long otherSeqNo, int position) {
            return seqNo < otherSeqNo || seqNo == otherSeqNo && from + count <= position;
        }
    }

    /** The effects of the events of one log shard. */
    private static final class OfShard {
        /** Stored progress covers events up to this sequence number; -1 for none. */
        private long covered = -1;
        /** Of events after that, in their order. */
        private final List<Run> runs = new ArrayList<>();

        static OfShard read(StreamInput in) throws IOException {
            OfShard effects = new OfShard();
            effects.covered = in.readZLong();
            long seqNo = effects.covered;
            for (int left = in.readVInt(); left > 0; left--) {
                seqNo += in.readVLong();
                effects.runs.add(new Run(seqNo, in.readVInt(), in.readVInt(), EventEffect.of(in.readVInt())));
            }
            return effects;
        }

        void writeTo(StreamOutput out) throws IOException {
            out.writeZLong(covered);
            out.writeVInt(runs.size());
            long before = covered;
            for (Run run : runs) {
                out.writeVLong(run.seqNo - before);
                out.writeVInt(run.from);
                out.writeVInt(run.count);
                out.writeVInt(run.effect.code());
                before = run.seqNo;
            }
        }

        OfShard copy() {
            OfShard copy = new OfShard();
            copy.covered = covered;
            copy.runs.addAll(runs);
            return copy;
        }

        EventEffect of(long seqNo, int position) {
            int from = 0;
            for (int to = runs.size(); from < to;) {
                int middle = (from + to) / 2;
                Run run = runs.get(middle);
                if (run.isAfter(seqNo, position)) {
                    to = middle;
                } else if (run.isBefore(seqNo, position)) {
                    from = middle + 1;
                } else {
                    return run.effect;
                }
            }
            return seqNo <= covered ? EventEffect.COUNTED : EventEffect.PLAIN;
        }

        void add(long seqNo, int position, EventEffect effect) {
            Run end = runs.isEmpty() ? null : runs.getLast();
            if (end != null && end.seqNo == seqNo && end.from + end.count == position && end.effect.equals(effect)) {
                runs.set(runs.size() - 1, new Run(seqNo, end.from, end.count + 1, effect));
            } else {
                runs.add(new Run(seqNo, position, 1, effect));
            }
        }

        void cover(long upTo) {
            if (upTo > covered) {
                covered = upTo;
                runs.removeIf(run -> run.seqNo <= upTo);
            }
        }
    }

    private final Map<String, OfShard> byShard;

    RecentEffects() {
        this(Map.of());
    }

    private RecentEffects(Map<String, OfShard> byShard) {
        this.byShard = new TreeMap<>(byShard);
    }

    static RecentEffects read(StreamInput in) throws IOException {
        return new RecentEffects(in.readMap(StreamInput::readString, OfShard::read));
    }

    void writeTo(StreamOutput out) throws IOException {
        out.writeMap(byShard, StreamOutput::writeString, (to, effects) -> effects.writeTo(to));
    }

    RecentEffects copy() {
        RecentEffects copy = new RecentEffects(byShard);
        copy.byShard.replaceAll((shard, effects) -> effects.copy());
        return copy;
    }

    /**
     * Returns what an event of the profile did.
     *
     * @param shard    key of the log shard
     * @param position of the event in its document
     */
    EventEffect of(String shard, long seqNo, int position) {
        OfShard effects = byShard.get(shard);
        return effects == null ? EventEffect.PLAIN : effects.of(seqNo, position);
    }

    /** Keeps what an event did, after those that come before it in the log. */
    void add(String shard, long seqNo, int position, EventEffect effect) {
        if (effect.equals(EventEffect.PLAIN) == false) {
            byShard.computeIfAbsent(shard, key -> new OfShard()).add(seqNo, position, effect);
        }
    }

    /** Forgets what events did that stored progress counts: those up to a sequence number. */
    void cover(String shard, long upTo) {
        if (upTo >= 0) {
            byShard.computeIfAbsent(shard, key -> new OfShard()).cover(upTo);
        }
    }

    /** Forgets the effects of events of all other log shards. */
    void retain(Set<String> shards) {
        byShard.keySet().retainAll(shards);
    }
}
