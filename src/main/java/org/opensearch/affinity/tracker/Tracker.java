package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A named definition of what is tracked: the items, the events, the weights of actions, and how interests are formed and used.
 * Immutable; part of the cluster state.
 */
public final class Tracker implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(Tracker.class);
    static final int MAX_INTERESTS = 32;

    private final String name;
    private final TrackedItems items;
    private final TrackedEvents events;
    private final Map<String, Double> actions;
    private final Set<String> impressions;
    private final TimeValue halfLife;
    private final int maxInterests;
    private final double interestSimilarity;
    private final List<Signal> signals;
    private final Ranking ranking;
    private final TimeValue sessionGap;
    private final Contexts contexts;
    private final EventLimits limits;
    private final KeyChain pseudonym;
    private final TimeValue retention;

    Tracker(String name, TrackerBuilder definition) {
        this.name = name;
        items = definition.items;
        events = definition.events;
        actions = new TreeMap<>(definition.actions);
        impressions = new TreeSet<>(definition.impressions);
        halfLife = definition.halfLife;
        maxInterests = definition.maxInterests;
        interestSimilarity = definition.interestSimilarity;
        signals = definition.signals();
        ranking = definition.ranking;
        sessionGap = definition.sessionGap;
        contexts = definition.contexts();
        limits = definition.limits;
        pseudonym = definition.pseudonym;
        retention = definition.retention;
    }

    public Tracker(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        name = in.readString();
        items = new TrackedItems(in);
        events = new TrackedEvents(in);
        actions = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readDouble));
        impressions = new TreeSet<>(in.readStringList());
        halfLife = in.readTimeValue();
        maxInterests = in.readVInt();
        interestSimilarity = in.readDouble();
        signals = in.readList(Signal::new);
        ranking = new Ranking(in);
        sessionGap = in.readTimeValue();
        contexts = new Contexts(in);
        limits = new EventLimits(in);
        pseudonym = new KeyChain(in);
        retention = in.readOptionalTimeValue();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(name);
            items.writeTo(out);
            events.writeTo(out);
            out.writeMap(actions, StreamOutput::writeString, StreamOutput::writeDouble);
            out.writeStringCollection(impressions);
            out.writeTimeValue(halfLife);
            out.writeVInt(maxInterests);
            out.writeDouble(interestSimilarity);
            out.writeList(signals);
            ranking.writeTo(out);
            out.writeTimeValue(sessionGap);
            contexts.writeTo(out);
            limits.writeTo(out);
            pseudonym.writeTo(out);
            out.writeOptionalTimeValue(retention);
        }
    }

    /**
     * Reads a definition.
     *
     * @throws IllegalArgumentException naming the field by its path, the value and what would be right
     */
    public static Tracker parse(String name, XContentParser parser) throws IOException {
        FieldPath body = FieldPath.body("");
        return TrackerBuilder.PARSER.parse(parser, body).build(name, body);
    }

    /**
     * Checks that a ranking has weights only for signals of this tracker.
     *
     * @throws IllegalArgumentException naming the unknown signal and those that are defined
     */
    public void requireSignals(Ranking weighed) {
        List<String> names = Stream.concat(signals.stream(), Signal.unweighted(items.textFields()).stream()).map(Signal::name).toList();
        for (String signal : weighed.signals().keySet()) {
            if (names.contains(signal) == false) {
                throw new IllegalArgumentException("[signals] has no [" + signal + "] in tracker [" + name + "]; defined: " + names);
            }
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("items", items).field("events", events).field("actions", actions);
        if (impressions.isEmpty() == false) {
            builder.field("impressions", impressions);
        }
        builder.field("half_life", halfLife.getStringRep());
        builder.field("max_interests", maxInterests);
        builder.field("interest_similarity", interestSimilarity);
        builder.field("session_gap", sessionGap.getStringRep());
        builder.field("limits", limits);
        if (contexts.equals(Contexts.NONE) == false) {
            contexts.toXContent(builder, params);
        }
        pseudonym.toXContent(builder, params);
        if (retention != null) {
            builder.field("retention", retention.getStringRep());
        }
        builder.startObject("signals");
        for (Signal signal : signals) {
            builder.field(signal.name(), signal);
        }
        builder.endObject();
        if (ranking.equals(Ranking.EMPTY) == false) {
            ranking.toXContent(builder.startObject("ranking"), params).endObject();
        }
        return builder.endObject();
    }

    public String name() {
        return name;
    }

    public TrackedItems items() {
        return items;
    }

    public TrackedEvents events() {
        return events;
    }

    /** The weight of an action, negative for a dislike; null for an action that the tracker does not weigh. */
    public Double weightOf(String action) {
        return actions.get(action);
    }

    /** Whether an action means that an item was shown to the user, which is neither a like nor a dislike. */
    public boolean isImpression(String action) {
        return impressions.contains(action);
    }

    /** The smallest positive weight of an action; 1 if none is positive. */
    public double lightestLike() {
        return actions.values().stream().filter(weight -> weight > 0).min(Double::compare).orElse(1.0);
    }

    /** The largest number of interests in a profile. */
    public int maxInterests() {
        return maxInterests;
    }

    /** The least cosine with an interest at which the event of an item is added to it. */
    public double interestSimilarity() {
        return interestSimilarity;
    }

    /** The signals that read fields of items, and {@link Signal#POPULARITY}, by name. {@link Signal#unweighted} has the others. */
    public List<Signal> signals() {
        return signals;
    }

    /** The parameters of searches for which neither the request nor the search pipeline has a value. */
    public Ranking ranking() {
        return ranking;
    }

    /** Milliseconds without an event after which a session is over. */
    public long sessionGap() {
        return sessionGap.millis();
    }

    /** The contexts on which interests depend. */
    public Contexts contexts() {
        return contexts;
    }

    /** How many events of one user may change interests. */
    public EventLimits limits() {
        return limits;
    }

    /**
     * The keys of the pseudonyms under which users are to be stored. A generation of profiles may still be stored under the first of them
     * alone: {@link UserNames} has the keys of a generation.
     */
    public KeyChain pseudonym() {
        return pseudonym;
    }

    /** How long users' events are kept; empty for no end. */
    public Optional<TimeValue> retention() {
        return Optional.ofNullable(retention);
    }

    /** The decay of what was learned of users and items. */
    public Decay decay() {
        return new Decay(halfLife.millis());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Tracker other
            && name.equals(other.name)
            && items.equals(other.items)
            && events.equals(other.events)
            && actions.equals(other.actions)
            && impressions.equals(other.impressions)
            && halfLife.equals(other.halfLife)
            && maxInterests == other.maxInterests
            && interestSimilarity == other.interestSimilarity
            && signals.equals(other.signals)
            && ranking.equals(other.ranking)
            && sessionGap.equals(other.sessionGap)
            && contexts.equals(other.contexts)
            && limits.equals(other.limits)
            && pseudonym.equals(other.pseudonym)
            && Objects.equals(retention, other.retention);
    }

    @Override
    public int hashCode() {
        Object settings = Objects.hash(impressions, signals, ranking, sessionGap, contexts, limits, pseudonym, retention);
        return Objects.hash(name, items, events, actions, halfLife, maxInterests, interestSimilarity, settings);
    }
}
