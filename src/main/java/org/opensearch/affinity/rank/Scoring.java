package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.model.PastItems;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.interest.InterestExploration;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.shape.MeritShape;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Everything that shards need to score the documents of one search. The coordinator makes it once and sends it to every shard, so all
 * shards score alike. Immutable.
 *
 * @param interests   of the user; empty if the user is unknown
 * @param weight      of affinity, from 0 to 20
 * @param confidence  factor of the weight, from 0, for an unknown user, to 1, see {@link Profile#confidence}
 * @param fusion      combines relevance and merit
 * @param signals     that count, with their weights in this search; when signals are logged, all that are logged
 * @param itemTable   where items are looked up; null only in {@link #NONE}
 * @param history     ids of the items of the user's history, each once, newest first; empty if nothing depends on it
 * @param ownFactor   factor of affinity for the items of the history, from 0 to 1
 * @param model       the trained model; null if none is active
 * @param query       what the user typed
 * @param diversity   maximal marginal relevance penalty, from 0 to 1
 * @param now         time of the search, epoch milliseconds
 * @param logsSignals whether the values of the signals are added to each hit, whose score then stays as it is
 * @param shape       curves and products of affinity and the signals
 * @param showsHistory whether explanations may show items of the history
 * @param gaps        how long after the next older item each item of the history was taken, see {@link InteractionMatrix#gap}
 * @param actions     names of the actions by which the items of the history were taken last, in the same order
 * @param concepts    factors of merit by numbers of the model's concepts, from 0 to {@value Ranking#MAX_CONCEPT_FACTOR}
 * @param segment     number of the model's segment that the user is said to belong to; 0 for none
 * @param ratings     the newest rating of each rated item of the history, by its id, newest first; empty if no signal depends on them
 */
public record Scoring(InterestVectors interests, float weight, float confidence, Fusion fusion, List<Signal> signals,
    ItemTableInput itemTable, List<String> history, float ownFactor, ModelInput model, QueryInput query, float diversity, long now,
    boolean logsSignals, MeritShape shape, boolean showsHistory, Map<String, Float> ratings, List<Integer> gaps, List<String> actions,
    Map<String, Float> concepts, int segment) implements Writeable {
    /**
     * Format 2 has a shape; before, merit was a weighted sum. Format 3 has {@code showsHistory}; before, nothing showed it. Format 4 has
     * {@code ratings}; before, no signal depended on them. Format 5 has {@code gaps}; before, all were 0. Format 6 has
     * {@code actions}; before, none was known. Format 7 has {@code concepts}; before, all factors were 1. Format
     * 8 has {@code segment}; before, none was named.
     */
    private static final Format FORMAT = Format.first(Scoring.class).withField(2).withField(3).withField(4).withField(5).withField(6)
        .withField(7).withField(8);

    /** Leaves every score as it is. Used if the profile could not be read in time, and for navigational queries. */
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
        false,
        MeritShape.LINEAR,
        false,
        Map.of(),
        List.of(),
        List.of(),
        Map.of(),
        0
    );

    public Scoring(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Scoring(Frame in) throws IOException {
        this(
            new InterestVectors(in),
            in.readFloat(),
            in.readFloat(),
            new Fusion(in),
            in.readList(Signal::new),
            in.readOptionalWriteable(ItemTableInput::new),
            in.readStringList(),
            in.readFloat(),
            in.readOptionalWriteable(ModelInput::new),
            new QueryInput(in),
            in.readFloat(),
            in.readLong(),
            in.readBoolean(),
            in.format() < 2 ? MeritShape.LINEAR : new MeritShape(in),
            in.format() >= 3 && in.readBoolean(),
            in.format() < 4 ? Map.of() : in.readOrderedMap(StreamInput::readString, StreamInput::readFloat),
            in.format() < 5 ? List.of() : in.readList(StreamInput::readVInt),
            in.format() < 6 ? List.of() : in.readStringList(),
            in.format() < 7 ? Map.of() : in.readMap(StreamInput::readString, StreamInput::readFloat),
            in.format() < 8 ? 0 : in.readVInt()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            interests.writeTo(out);
            out.writeFloat(weight);
            out.writeFloat(confidence);
            fusion.writeTo(out);
            out.writeList(signals);
            out.writeOptionalWriteable(itemTable);
            out.writeStringCollection(history);
            out.writeFloat(ownFactor);
            out.writeOptionalWriteable(model);
            query.writeTo(out);
            out.writeFloat(diversity);
            out.writeLong(now);
            out.writeBoolean(logsSignals);
            shape.writeTo(out);
            out.writeBoolean(showsHistory);
            out.writeMap(ratings, StreamOutput::writeString, StreamOutput::writeFloat);
            out.writeCollection(gaps, StreamOutput::writeVInt);
            out.writeStringCollection(actions);
            out.writeMap(concepts, StreamOutput::writeString, StreamOutput::writeFloat);
            out.writeVInt(segment);
        }
    }

    /**
     * The scoring of a personalised search.
     *
     * @param found   its profile may be null, and is read and not changed: searches share cached profiles
     * @param ranking with every parameter set; only {@link Ranking#ownItems()} may be null
     * @param query   with a vector only if {@link #readsQueryVector}
     * @param user    seed of the exploration bonus; null if there is none
     */
    public static Scoring of(GetProfileAction.Response found, Ranking ranking, RequestContext context, QueryInput query, String user) {
        int seed = InterestExploration.seed(user, context.now());
        InterestVectors interests = interests(found, ranking, context, seed);
        List<Signal> signals = SignalWeights.of(found.tracker(), ranking);
        float ownFactor = ranking.ownItems() != null ? ranking.ownItems() : found.common().ownItems();
        boolean needsHistory = ownFactor != 1 && interests.isEmpty() == false || signals.stream().anyMatch(Signal::isOfHistory);
        return new Scoring(
            interests,
            ranking.weight(),
            found.profile() == null ? 0 : found.profile().confidence(),
            new Fusion(ranking.scoreMode(), ranking.relevance()),
            signals,
            itemTable(found.itemTable(), found.tracker(), context, seed),
            needsHistory ? history(found.profile()) : List.of(),
            ownFactor,
            model(found),
            query,
            ranking.diversity(),
            context.now(),
            false,
            new MeritShape(ranking.curves(), ranking.products()),
            true,
            signals.stream().anyMatch(signal -> signal.shape() == Signal.Shape.RATINGS) ? ratings(found.profile()) : Map.of(),
            needsHistory ? gaps(found.profile()) : List.of(),
            needsHistory ? actions(found.profile()) : List.of(),
            ranking.concepts(),
            ranking.segment()
        );
    }

    /**
     * The scoring of a search that logs its signals. Diversity is off, and the history is complete.
     *
     * @param asOf    the profile as it was at the time of the search; null profile for none
     * @param model   of which the signals are logged, active or not
     * @param signals to log; their weights do not matter
     */
    public static Scoring forSignalLogging(
        GetProfileAction.Response asOf,
        ModelInput model,
        List<Signal> signals,
        Ranking ranking,
        RequestContext context,
        QueryInput query
    ) {
        Scoring usual = of(asOf, ranking, context, query, null);
        return new Scoring(
            usual.interests,
            usual.weight,
            usual.confidence,
            usual.fusion,
            signals,
            usual.itemTable,
            history(asOf.profile()),
            usual.ownFactor,
            model,
            query,
            0,
            context.now(),
            true,
            MeritShape.LINEAR,
            false,
            ratings(asOf.profile()),
            gaps(asOf.profile()),
            actions(asOf.profile()),
            Map.of(),
            0
        );
    }

    private static InterestVectors interests(GetProfileAction.Response found, Ranking ranking, RequestContext context, int seed) {
        Tracker tracker = found.tracker();
        Profile profile = found.profile();
        if (profile == null) {
            return InterestVectors.none(tracker.items().vectorField());
        }
        InterestVectors interests = InterestVectors.of(profile, tracker, found.common().space(), ranking, context);
        return ranking.explore() > 0 ? interests.exploring(profile, tracker.decay(), seed) : interests;
    }

    /** @param index null if the tracker has no table: the signals of the history need the id field nevertheless */
    private static ItemTableInput itemTable(String index, Tracker tracker, RequestContext context, int seed) {
        return new ItemTableInput(index == null ? "" : index, tracker.items().idField(), context.contexts(), tracker.decay().halfLife(), seed);
    }

    private static ModelInput model(GetProfileAction.Response found) {
        ActiveModels.Active active = found.model();
        return active == null ? null : new ModelInput(IndexNames.MODELS.index(found.tracker().name(), active.number()), active.recencyDecay());
    }

    private static List<String> history(Profile profile) {
        return newest(profile).stream().map(Profile.Seen::item).toList();
    }

    /** Returns the newest event of each item of the history, newest first. */
    private static Collection<Profile.Seen> newest(Profile profile) {
        Map<String, Profile.Seen> newest = new LinkedHashMap<>();
        for (Profile.Seen seen : profile == null ? List.<Profile.Seen>of() : profile.history().reversed()) {
            newest.putIfAbsent(seen.item(), seen);
        }
        return newest.values();
    }

    private static List<String> actions(Profile profile) {
        return newest(profile).stream().map(Profile.Seen::action).toList();
    }

    private static List<Integer> gaps(Profile profile) {
        long[] times = newest(profile).stream().mapToLong(Profile.Seen::time).toArray();
        return IntStream.range(0, times.length)
            .mapToObj(age -> age == times.length - 1 ? 0 : InteractionMatrix.gap(times[age + 1], times[age]))
            .toList();
    }

    private static Map<String, Float> ratings(Profile profile) {
        Map<String, Float> ratings = new LinkedHashMap<>();
        for (Profile.Seen seen : profile == null ? List.<Profile.Seen>of() : profile.history().reversed()) {
            if (Float.isNaN(seen.rating()) == false) {
                ratings.putIfAbsent(seen.item(), seen.rating());
            }
        }
        return ratings;
    }

    /**
     * Whether a search needs the text of its query as a vector: for its meaning, or to tell the segments of somebody without a history.
     *
     * @param found its profile may be null
     */
    public static boolean readsQueryVector(Ranking ranking, GetProfileAction.Response found) {
        boolean isUnknown = found.profile() == null || found.profile().history().isEmpty();
        boolean tellsSegments = found.model() != null && ranking.segment() == 0 && isUnknown;
        return ranking.signals().getOrDefault(Signal.MEANING, 0f) != 0
            || tellsSegments && ranking.signals().getOrDefault(Signal.SEGMENTS, 0f) != 0;
    }

    /** The same with descriptions of the interests, see {@link InterestVectors#labelled}. */
    public Scoring labelled(List<String> labels) {
        return with(interests.labelled(labels), weight, signals, showsHistory);
    }

    /** The same, of which explanations do not show what is in the profile. */
    public Scoring withoutExamples() {
        return with(interests.withoutExamples(), weight, signals, false);
    }

    /** The same, in which affinity and each signal have weight 1. */
    public Scoring equallyWeighted() {
        List<Signal> equal = signals.stream()
            .map(signal -> new Signal(signal.name(), signal.field(), signal.shape(), signal.scale(), 1))
            .toList();
        return with(interests, 1, equal, showsHistory);
    }

    private Scoring with(InterestVectors shown, float affinity, List<Signal> weighed, boolean historyIsShown) {
        return new Scoring(
            shown,
            affinity,
            confidence,
            fusion,
            weighed,
            itemTable,
            history,
            ownFactor,
            model,
            query,
            diversity,
            now,
            logsSignals,
            shape,
            historyIsShown,
            ratings,
            gaps,
            actions,
            concepts,
            segment
        );
    }

    /** The history as parts of a model read it. */
    PastItems pastItems() {
        return new PastItems(history, gaps, actions);
    }

    /** Whether it neither changes scores nor logs signals. */
    public boolean isEmpty() {
        boolean keepsRelevance = fusion.mode() != ScoreMode.REPLACE && fusion.power() == 1;
        return (interests.isEmpty() || weight == 0) && signals.isEmpty() && diversity == 0 && keepsRelevance && logsSignals == false;
    }

    /** Weight times confidence: the factor of affinity in the merit. */
    public double affinityWeight() {
        return (double) weight * confidence;
    }
}
