package org.opensearch.affinity.rank;

import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.History;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * All that a shard needs to score documents for one search; the coordinator makes it, so every shard scores alike. Immutable.
 *
 * @param interests  of the person who searches
 * @param weight     of their affinity
 * @param confidence from 0 to 1: how much there is to go by, a factor of the weight
 * @param fusion     how relevance and the rest become one score
 * @param signals    of the items, with the weights of this search, none of them 0
 * @param table      where the items' popularity is to be found; null where there is none
 * @param history    items of the person's history, each once, newest first; none where nothing depends on them
 * @param ownFactor  from 0 to 1, what the affinity of these is multiplied by
 * @param model      what was learned of which items go together; null for nothing
 * @param asked      what is searched for
 * @param diversity  from 0 to 1
 * @param now        when the search began, epoch milliseconds
 * @param learning   whether hits are to tell their signals, and stay where they are: then signals may have the weight 0
 */
public record Scoring(InterestVectors interests, float weight, float confidence, Fusion fusion, List<Signal> signals, Table table,
    List<String> history, float ownFactor, Model model, QueryInput asked, float diversity, long now, boolean learning)
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

    /**
     * A trained model.
     *
     * @param index its index
     * @param keep  what each item of a history counts of the next newer one
     */
    public record Model(String index, float keep) implements Writeable {
        Model(StreamInput in) throws IOException {
            this(in.readString(), in.readFloat());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(index);
            out.writeFloat(keep);
        }

        /** What the items of a history weigh, newest first: those of the longest one there is add up to 1. */
        float[] weights(int items) {
            double total = 0;
            for (int i = 0; i < History.MAX; i++) {
                total += Math.pow(keep, i);
            }
            float[] weights = new float[items];
            for (int i = 0; i < items; i++) {
                weights[i] = (float) (Math.pow(keep, i) / total);
            }
            return weights;
        }
    }

    private static final long DAY = 24 * 60 * 60 * 1000L;

    /** Leaves every score as it is. */
    public static final Scoring NONE = new Scoring(
        InterestVectors.none(""),
        0,
        0,
        new Fusion(ScoreMode.MULTIPLY, 1),
        List.of(),
        null,
        List.of(),
        1,
        null,
        QueryInput.NOTHING,
        0,
        0,
        false
    );

    public Scoring(StreamInput in) throws IOException {
        this(
            new InterestVectors(in),
            in.readFloat(),
            in.readFloat(),
            new Fusion(in),
            in.readList(Signal::new),
            in.readOptionalWriteable(Table::new),
            in.readStringList(),
            in.readFloat(),
            in.readOptionalWriteable(Model::new),
            new QueryInput(in),
            in.readFloat(),
            in.readLong(),
            in.readBoolean()
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        interests.writeTo(out);
        out.writeFloat(weight);
        out.writeFloat(confidence);
        fusion.writeTo(out);
        out.writeList(signals);
        out.writeOptionalWriteable(table);
        out.writeStringCollection(history);
        out.writeFloat(ownFactor);
        out.writeOptionalWriteable(model);
        asked.writeTo(out);
        out.writeFloat(diversity);
        out.writeLong(now);
        out.writeBoolean(learning);
    }

    /**
     * @param ranking with nothing left unsaid
     * @param asked   with a vector only where that is wanted
     * @param user    null for nobody; chance is the same for one user all day
     */
    public static Scoring of(GetProfileAction.Response found, Ranking ranking, RequestContext moment, QueryInput asked, String user) {
        Tracker tracker = found.tracker();
        Profile profile = found.profile();
        List<Signal> signals = signals(tracker, ranking).filter(signal -> signal.weight() != 0).toList();
        int seed = Objects.hash(user, moment.now() / DAY);
        InterestVectors interests = profile == null
            ? InterestVectors.none(tracker.items().vectorField())
            : InterestVectors.of(profile, tracker, found.common().space(), ranking, moment);
        if (ranking.explore() > 0 && interests.isEmpty() == false) {
            interests = interests.exploring(profile, tracker.decay(), seed);
        }
        Table table = found.itemTable() == null
            ? null
            : new Table(found.itemTable(), tracker.items().idField(), moment.contexts(), tracker.decay().halfLife(), seed);
        float own = ranking.ownItems() != null ? ranking.ownItems() : found.common().ownItems();
        boolean remembers = own != 1 && interests.isEmpty() == false || signals.stream().anyMatch(Signal::isOfHistory);
        return new Scoring(
            interests,
            ranking.weight(),
            profile == null ? 0 : profile.confidence(),
            new Fusion(ranking.scoreMode(), ranking.relevance()),
            signals,
            table,
            profile == null || remembers == false ? List.of() : newestFirst(profile),
            own,
            found.model() == null ? null : new Model(IndexNames.MODELS.index(tracker.name(), found.model().number()), found.model().recencyDecay()),
            asked,
            ranking.diversity(),
            moment.now(),
            false
        );
    }

    /**
     * For a search that tells its signals.
     *
     * @param model   as it will be used
     * @param signals all that are to be told
     */
    public static Scoring learning(
        GetProfileAction.Response asOf,
        Model model,
        List<Signal> signals,
        Ranking ranking,
        RequestContext moment,
        QueryInput asked
    ) {
        Scoring usual = of(asOf, ranking, moment, asked, null);
        List<String> history = asOf.profile() == null ? List.of() : newestFirst(asOf.profile());
        Table table = new Table("", asOf.tracker().items().idField(), moment.contexts(), asOf.tracker().decay().halfLife(), 0);
        return new Scoring(
            usual.interests,
            usual.weight,
            usual.confidence,
            usual.fusion,
            signals,
            asOf.itemTable() == null ? table : usual.table,
            history,
            usual.ownFactor,
            model,
            asked,
            0,
            moment.now(),
            true
        );
    }

    /** All signals of a tracker with the weights of a search, those without weight too. */
    private static Stream<Signal> signals(Tracker tracker, Ranking ranking) {
        Stream<Signal> own = Stream.concat(tracker.signals().stream(), Signal.unweighted(tracker.items().textFields()).stream());
        return Stream.concat(own.map(signal -> weighed(signal, ranking)), Stream.of(Signal.explore(ranking.explore())));
    }

    private static List<String> newestFirst(Profile profile) {
        List<String> items = new ArrayList<>();
        profile.history().reversed().forEach(seen -> items.add(seen.item()));
        return items.stream().distinct().toList();
    }

    /** Whether the search needs what is asked for as a vector. */
    public static boolean asksMeaning(Ranking ranking) {
        return ranking.signals().getOrDefault(Signal.MEANING, 0f) != 0;
    }

    private static Signal weighed(Signal signal, Ranking ranking) {
        float weight = ranking.signals().getOrDefault(signal.name(), signal.weight());
        return new Signal(signal.name(), signal.field(), signal.shape(), signal.scale(), weight);
    }

    /** The same with what the interests are about in words, see {@link InterestVectors#labelled}. */
    public Scoring labelled(List<String> labels) {
        return new Scoring(
            interests.labelled(labels),
            weight,
            confidence,
            fusion,
            signals,
            table,
            history,
            ownFactor,
            model,
            asked,
            diversity,
            now,
            learning
        );
    }

    /** Whether it leaves every score as it is. */
    public boolean isEmpty() {
        boolean plain = fusion.mode() != ScoreMode.REPLACE && fusion.power() == 1;
        return (interests.isEmpty() || weight == 0) && signals.isEmpty() && diversity == 0 && plain && learning == false;
    }

    /** What affinity is multiplied by. */
    double affinityWeight() {
        return (double) weight * confidence;
    }
}
