package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The definition of a tracker as it was sent, with the defaults of what it lacks. Mutable, not thread-safe. */
final class TrackerBuilder {
    static final BuilderParser<TrackerBuilder> PARSER = new BuilderParser<>(TrackerBuilder::new);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    private static final int MAX_ACTION_WEIGHT = 1_000;
    private static final int MAX_SIGNALS = 8;

    static {
        ValueReader<TimeValue> time = Values.time("[30d] or [12h]");
        PARSER.declare("items", TrackedItems.READER, (b, value) -> b.items = value);
        PARSER.declare("events", TrackedEvents.READER, (b, value) -> b.events = value);
        String actions = "an object such as {\"click\": 1}";
        PARSER.declare("actions", Values.map(actions, action -> actionWeight()), (b, value) -> b.actions = value);
        PARSER.declare(
            "impressions",
            Values.oneOrList(Values.text("the name of an action"), 0, "a list of names of actions"),
            (b, value) -> b.impressions = value
        );
        PARSER.declare("half_life", time, (b, value) -> b.halfLife = value);
        PARSER.declare("max_interests", Values.wholeNumberOrString(2, Tracker.MAX_INTERESTS), (b, value) -> b.maxInterests = value);
        PARSER.declare(
            "interest_similarity",
            Values.numberOrString("a number above 0 and at most 1", number -> number > 0 && number <= 1),
            (b, value) -> b.interestSimilarity = value
        );
        String signals = "an object such as {\"sales\": {\"field\": \"sold\", \"pivot\": 100}}";
        PARSER.declare("signals", Values.map(signals, Signal::reader), (b, value) -> b.signals = value);
        PARSER.declare("ranking", Ranking::parse, (b, value) -> b.ranking = value);
        PARSER.declare("session_gap", time, (b, value) -> b.sessionGap = value);
        PARSER.declare("context", Contexts.FIELDS, (b, value) -> b.contexts = value);
        PARSER.declare("time_zone", TrackerBuilder::timeZone, (b, value) -> b.timeZone = value);
        PARSER.declare("limits", EventLimits.READER, (b, value) -> b.limits = value);
        PARSER.declare("users", KeyChain.READER, (b, value) -> b.pseudonym = value);
        PARSER.declare("retention", time, (b, value) -> b.retention = value);
    }

    TrackedItems items;
    TrackedEvents events;
    Map<String, Double> actions;
    List<String> impressions = List.of();
    TimeValue halfLife = TimeValue.timeValueDays(30);
    int maxInterests = 8;
    double interestSimilarity = 0.7;
    private Map<String, Signal> signals = Map.of();
    Ranking ranking = Ranking.EMPTY;
    TimeValue sessionGap = TimeValue.timeValueMinutes(30);
    private List<Contexts.Field> contexts = List.of();
    private ZoneId timeZone = Contexts.UTC;
    EventLimits limits = EventLimits.DEFAULT;
    KeyChain pseudonym = KeyChain.NONE;
    /** Null for no end. */
    TimeValue retention;

    private static ValueReader<Double> actionWeight() {
        String wanted = "a number from -" + MAX_ACTION_WEIGHT + " to " + MAX_ACTION_WEIGHT + " other than 0";
        return Values.number(wanted, weight -> Math.abs(weight) <= MAX_ACTION_WEIGHT && weight != 0);
    }

    private static ZoneId timeZone(XContentParser parser, FieldPath path) throws IOException {
        String wanted = "a time zone such as [Europe/Berlin] or [+02:00]";
        String zone = Values.text(wanted).read(parser, path);
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw path.mustBe(wanted, zone);
        }
    }

    /** @throws IllegalArgumentException naming what is missing or does not fit together, and what would be right */
    Tracker build(String name, FieldPath path) {
        if (NAME.matcher(name).matches() == false) {
            throw path.failure("tracker name [" + name + "] must be 1 to 64 of a-z, 0-9, [_] and [-], starting with a letter or a digit");
        }
        path.field("items").require(items, "name the searched index and the field of the items' vectors");
        path.field("events").require(events, "name the index that events are written to");
        FieldPath actionsPath = path.field("actions");
        actionsPath.require(actions, "give each action that matters a weight, such as {\"click\": 1.0, \"dislike\": -1.0}");
        if (actions.isEmpty()) {
            throw actionsPath.error("must weigh at least one action, such as {\"click\": 1.0, \"dislike\": -1.0}");
        }
        if (actions.keySet().stream().anyMatch(String::isBlank)) {
            throw actionsPath.error("must give every action a name that is not empty");
        }
        for (String impression : impressions) {
            if (actions.containsKey(impression)) {
                throw path.field("impressions")
                    .error("must be actions that [actions] does not weigh, got [" + impression + "]: leave it out of one of both");
            }
        }
        long ownSignals = signals.keySet().stream().filter(signal -> signal.equals(Signal.POPULARITY) == false).count();
        if (ownSignals > MAX_SIGNALS) {
            throw path.field("signals").mustBe("at most " + MAX_SIGNALS, ownSignals);
        }
        Tracker tracker = new Tracker(name, this);
        tracker.requireSignals(ranking);
        return tracker;
    }

    /** The signals of the definition by name, with {@link Signal#POPULARITY}, which every tracker has. */
    List<Signal> signals() {
        Map<String, Signal> all = new TreeMap<>(signals);
        all.putIfAbsent(Signal.POPULARITY, Signal.defaultPopularity());
        return List.copyOf(all.values());
    }

    Contexts contexts() {
        return new Contexts(contexts, timeZone);
    }
}
