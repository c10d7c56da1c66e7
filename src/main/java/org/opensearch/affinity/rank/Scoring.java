package org.opensearch.affinity.rank;

import org.opensearch.affinity.track.GetProfileAction;
import org.opensearch.affinity.track.Profile;
import org.opensearch.affinity.track.Ranking;
import org.opensearch.affinity.track.Ranking.ScoreMode;
import org.opensearch.affinity.track.Signal;
import org.opensearch.affinity.track.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * All that a shard needs to score documents for one search; the coordinator makes it, so every shard scores alike. Immutable.
 *
 * @param interests  of the person who searches
 * @param weight     of their affinity
 * @param confidence from 0 to 1: how much there is to go by, a factor of the weight
 * @param mode       how relevance and the rest become one score
 * @param signals    of the items, with the weights of this search, none of them 0
 * @param table      where the items' popularity is to be found; null where there is none
 * @param ownItems   items of the person's history; none where they count like others
 * @param ownFactor  from 0 to 1, what the affinity of these is multiplied by
 * @param diversity  from 0 to 1
 * @param now        when the search began, epoch milliseconds
 */
record Scoring(Interests interests, float weight, float confidence, ScoreMode mode, List<Signal> signals, Table table,
    List<String> ownItems, float ownFactor, float diversity, long now)
    implements
        Writeable {

    /**
     * An item table.
     *
     * @param index    its index
     * @param idField  of the items that are searched: a keyword, or {@code _id}
     * @param contexts of the search, {@code name=value}
     * @param halfLife of what an event is worth, in milliseconds
     * @param seed     of chance
     */
    record Table(String index, String idField, List<String> contexts, double halfLife, int seed) implements Writeable {
        Table(StreamInput in) throws IOException {
            this(in.readString(), in.readString(), in.readStringList(), in.readDouble(), in.readInt());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(index);
            out.writeString(idField);
            out.writeStringCollection(contexts);
            out.writeDouble(halfLife);
            out.writeInt(seed);
        }
    }

    private static final long DAY = 24 * 60 * 60 * 1000L;

    /** Leaves every score as it is. */
    static final Scoring NONE = new Scoring(Interests.none(""), 0, 0, ScoreMode.MULTIPLY, List.of(), null, List.of(), 1, 0, 0);

    Scoring(StreamInput in) throws IOException {
        this(
            new Interests(in),
            in.readFloat(),
            in.readFloat(),
            in.readEnum(ScoreMode.class),
            in.readList(Signal::new),
            in.readOptionalWriteable(Table::new),
            in.readStringList(),
            in.readFloat(),
            in.readFloat(),
            in.readLong()
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        interests.writeTo(out);
        out.writeFloat(weight);
        out.writeFloat(confidence);
        out.writeEnum(mode);
        out.writeList(signals);
        out.writeOptionalWriteable(table);
        out.writeStringCollection(ownItems);
        out.writeFloat(ownFactor);
        out.writeFloat(diversity);
        out.writeLong(now);
    }

    /**
     * @param ranking with nothing left unsaid
     * @param user    null for nobody; chance is the same for one user all day
     */
    static Scoring of(GetProfileAction.Response found, Ranking ranking, Moment moment, String user) {
        Tracker tracker = found.tracker();
        List<Signal> signals = Stream.concat(
            tracker.signals().stream().map(signal -> weighed(signal, ranking)),
            Stream.of(Signal.explore(ranking.explore()))
        ).filter(signal -> signal.weight() > 0).toList();
        Interests interests = found.profile() == null
            ? Interests.none(tracker.items().vectorField())
            : Interests.of(found.profile(), tracker, found.common().space(), ranking, moment);
        float confidence = found.profile() == null ? 0 : found.profile().confidence();
        Table table = found.itemTable() == null
            ? null
            : new Table(found.itemTable(), tracker.items().idField(), moment.contexts(), tracker.decay().halfLife(), Objects.hash(user, moment.now() / DAY));
        float own = ranking.ownItems() != null ? ranking.ownItems() : found.common().ownItems();
        List<String> ownItems = interests.isEmpty() || own == 1
            ? List.of()
            : found.profile().history().stream().map(Profile.Seen::item).distinct().toList();
        float weight = ranking.weight();
        return new Scoring(interests, weight, confidence, ranking.scoreMode(), signals, table, ownItems, own, ranking.diversity(), moment.now());
    }

    private static Signal weighed(Signal signal, Ranking ranking) {
        float weight = ranking.signals().getOrDefault(signal.name(), signal.weight());
        return new Signal(signal.name(), signal.field(), signal.shape(), signal.scale(), weight);
    }

    /** The same with what the interests are about in words, see {@link Interests#labelled}. */
    Scoring labelled(List<String> labels) {
        return new Scoring(interests.labelled(labels), weight, confidence, mode, signals, table, ownItems, ownFactor, diversity, now);
    }

    /** Whether it leaves every score as it is. */
    boolean isEmpty() {
        return (interests.isEmpty() || weight == 0) && signals.isEmpty() && diversity == 0 && mode != ScoreMode.REPLACE;
    }

    /** What affinity is multiplied by. */
    double affinityWeight() {
        return (double) weight * confidence;
    }
}
