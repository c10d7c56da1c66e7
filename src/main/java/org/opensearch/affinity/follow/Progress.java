package org.opensearch.affinity.follow;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.index.seqno.SequenceNumbers;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * How far a follower has processed its log shard, and the outcome of the events so far. Immutable. It is stored in the profile index,
 * so that profiles and progress are saved, restored and deleted together.
 *
 * @param readTo              every event up to this sequence number is in its profile or counted as skipped; -1 at the start
 * @param applied             the number of events that profiles contain
 * @param skipped             the number of events that changed no interest, by reason
 * @param tasteStatistics     of the applied events of positive weight
 * @param publishedStatistics the statistics that searches use: an earlier value of {@code tasteStatistics}, replaced when the number
 *                            of events has grown by 10 %, so that scores do not change with every event
 * @param origin              the log shard that this one continues after a restore
 * @param seqNo               of the document that the progress was read from: only the follower that knows it can overwrite it
 * @param primaryTerm         of that document
 */
public record Progress(
    long readTo,
    long applied,
    Map<SkipReason, Long> skipped,
    TasteStatistics tasteStatistics,
    TasteStatistics publishedStatistics,
    LogShardOrigin origin,
    long seqNo,
    long primaryTerm
) implements Writeable {
    private static final Format FORMAT = Format.first(Progress.class);

    /** The growth of the number of events at which statistics are published again. */
    private static final double PUBLISH_GROWTH = 1.1;

    /** The progress of a log shard that was never followed. */
    public static final Progress START = new Progress(
        -1,
        0,
        Map.of(),
        TasteStatistics.NONE,
        TasteStatistics.NONE,
        LogShardOrigin.NONE,
        SequenceNumbers.UNASSIGNED_SEQ_NO,
        SequenceNumbers.UNASSIGNED_PRIMARY_TERM
    );

    public Progress(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Progress(Frame in) throws IOException {
        this(
            in.readZLong(),
            in.readVLong(),
            skipped(in.readMap(StreamInput::readString, StreamInput::readVLong)),
            new TasteStatistics(in),
            new TasteStatistics(in),
            new LogShardOrigin(in),
            in.readZLong(),
            in.readVLong()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeZLong(readTo);
            out.writeVLong(applied);
            out.writeMap(skipped, (name, reason) -> name.writeString(nameOf(reason)), StreamOutput::writeVLong);
            tasteStatistics.writeTo(out);
            publishedStatistics.writeTo(out);
            origin.writeTo(out);
            out.writeZLong(seqNo);
            out.writeVLong(primaryTerm);
        }
    }

    /** Returns the progress after a batch whose profiles are stored. */
    Progress after(EventBatch.Outcome batch) {
        Map<SkipReason, Long> totals = new EnumMap<>(SkipReason.class);
        totals.putAll(skipped);
        batch.skipped().forEach((reason, count) -> totals.merge(reason, count, Long::sum));
        TasteStatistics now = tasteStatistics.with(batch.likedVectors(), batch.repeats());
        TasteStatistics published = now.events() >= PUBLISH_GROWTH * publishedStatistics.events() ? now : publishedStatistics;
        return new Progress(batch.readTo(), applied + batch.applied(), totals, now, published, origin, seqNo, primaryTerm);
    }

    /** Returns this progress as the first one of a restored log shard that continues another. It is not stored yet. */
    Progress restored(LogShardOrigin from) {
        return new Progress(readTo, applied, skipped, tasteStatistics, publishedStatistics, from, START.seqNo, START.primaryTerm);
    }

    /** Returns this progress, reading on after a sequence number at the latest. */
    Progress upTo(long last) {
        long to = Math.min(readTo, last);
        return new Progress(to, applied, skipped, tasteStatistics, publishedStatistics, origin, seqNo, primaryTerm);
    }

    /** Returns this progress as stored in a version of its document. */
    Progress storedAs(long newSeqNo, long newPrimaryTerm) {
        return new Progress(readTo, applied, skipped, tasteStatistics, publishedStatistics, origin, newSeqNo, newPrimaryTerm);
    }

    /** Returns how far this is and the counts, without the statistics, which are large. */
    Progress withoutStatistics() {
        return new Progress(readTo, applied, skipped, TasteStatistics.NONE, TasteStatistics.NONE, origin, seqNo, primaryTerm);
    }

    boolean isStored() {
        return seqNo != SequenceNumbers.UNASSIGNED_SEQ_NO;
    }

    /** The counts by reasons. Those of reasons that only a later version knows are left out. */
    static Map<SkipReason, Long> skipped(Map<String, Long> byName) {
        Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
        for (SkipReason reason : SkipReason.values()) {
            Long count = byName.get(nameOf(reason));
            if (count != null) {
                skipped.put(reason, count);
            }
        }
        return skipped;
    }

    /** Returns the name of a reason in JSON. */
    public static String nameOf(SkipReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
