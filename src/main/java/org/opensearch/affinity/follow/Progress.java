package org.opensearch.affinity.follow;

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
 * How far a slice was read, and what became of its events. Immutable; kept beside the profiles, so that both are backed up,
 * restored and deleted together.
 *
 * @param readTo      every event up to this sequence number is in its profile or counted as skipped; -1 at the start
 * @param applied     events that are in profiles
 * @param skipped     events that changed no interest, by reason
 * @param population  of the users whose events were applied
 * @param shown       the population that searches compare with: as it was a tenth of its events ago at most, so that scores do
 *                    not move with every event
 * @param origin      what the slice was followed as before it was restored
 * @param seqNo       of the stored progress itself: only its owner can write the next
 * @param primaryTerm of the stored progress itself
 */
public record Progress(long readTo, long applied, Map<SkipReason, Long> skipped, TasteStatistics population, TasteStatistics shown, LogShardOrigin origin,
    long seqNo, long primaryTerm)
    implements
        Writeable {
    private static final double SHOWN_AGAIN = 1.1;
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
        this(
            in.readZLong(),
            in.readVLong(),
            in.readMap(reason -> reason.readEnum(SkipReason.class), StreamInput::readVLong),
            new TasteStatistics(in),
            new TasteStatistics(in),
            new LogShardOrigin(in),
            in.readZLong(),
            in.readVLong()
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeZLong(readTo);
        out.writeVLong(applied);
        out.writeMap(skipped, StreamOutput::writeEnum, StreamOutput::writeVLong);
        population.writeTo(out);
        shown.writeTo(out);
        origin.writeTo(out);
        out.writeZLong(seqNo);
        out.writeVLong(primaryTerm);
    }

    /** The progress once a batch is stored. */
    Progress after(EventBatch.Outcome batch) {
        Map<SkipReason, Long> total = new EnumMap<>(SkipReason.class);
        total.putAll(skipped);
        batch.skipped().forEach((reason, count) -> total.merge(reason, count, Long::sum));
        TasteStatistics now = population.with(batch.liked(), batch.repeats());
        boolean moved = now.events() >= SHOWN_AGAIN * shown.events();
        return new Progress(batch.readTo(), applied + batch.applied(), total, now, moved ? now : shown, origin, seqNo, primaryTerm);
    }

    /** What a slice begins with that is this one restored: what was counted stays counted. Not stored yet. */
    public Progress restored(LogShardOrigin from) {
        return new Progress(readTo, applied, skipped, population, shown, from, START.seqNo, START.primaryTerm);
    }

    /** The same, to go on from a sequence number at the latest. */
    Progress upTo(long last) {
        return new Progress(Math.min(readTo, last), applied, skipped, population, shown, origin, seqNo, primaryTerm);
    }

    /** The same, stored as this version. */
    public Progress storedAs(long newSeqNo, long newPrimaryTerm) {
        return new Progress(readTo, applied, skipped, population, shown, origin, newSeqNo, newPrimaryTerm);
    }

    public boolean isStored() {
        return seqNo != SequenceNumbers.UNASSIGNED_SEQ_NO;
    }

    /** The name of a reason in JSON. */
    public static String nameOf(SkipReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
