package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParseException;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * A named definition: which items, which events, what each action weighs and which only show, how fast interest fades. Immutable; it is kept
 * in the cluster state.
 */
public final class Tracker implements Writeable, ToXContentObject {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    private static final Pattern INDEX = Pattern.compile("[.\\p{Ll}\\p{Lo}\\p{Nd}][^\\p{Lu}\\\\/*?\"<>| ,#:]*");
    private static final double MAX_ACTION_WEIGHT = 1_000;
    static final int MAX_INTERESTS = 32;
    private static final int MAX_SIGNALS = 8;
    static final TimeValue DEFAULT_HALF_LIFE = TimeValue.timeValueDays(30);
    static final TimeValue DEFAULT_SESSION_GAP = TimeValue.timeValueMinutes(30);
    static final int DEFAULT_MAX_INTERESTS = 8;
    static final double DEFAULT_INTEREST_SIMILARITY = 0.7;

    /**
     * Which items.
     *
     * @param index       name or alias of the searched index
     * @param idField     keyword field that holds the item id, or {@code _id}
     * @param vectorField the item vector
     * @param textFields  fields that say in words what an item is, for explanations
     */
    public record Items(String index, String idField, String vectorField, List<String> textFields) {}

    /**
     * Which events.
     *
     * @param index  names, aliases or patterns of indices, separated by commas
     * @param fields where in their documents the parts of an event stand
     */
    public record Events(String index, EventFields fields) {
        public String[] expressions() {
            return index.split(",", -1);
        }
    }

    // As it was said: values are checked once the parser is done, which would wrap the error that says what is wrong.
    private record Definition(Items items, Events events, Map<String, Object> actions, String halfLife, Integer maxInterests,
        Double interestSimilarity, Map<String, Object> signals, Ranking.Said ranking, String sessionGap, Map<String, Object> context,
        String timeZone, Map<String, Object> limits, Map<String, Object> users, String retention, List<String> impressions) {}

    private static final ConstructingObjectParser<Items, Void> ITEMS = new ConstructingObjectParser<>("items", args -> {
        @SuppressWarnings("unchecked")
        List<String> text = args[3] == null ? List.of() : (List<String>) args[3];
        return new Items((String) args[0], args[1] == null ? "_id" : (String) args[1], (String) args[2], text);
    });
    private static final ConstructingObjectParser<Events, Void> EVENTS = new ConstructingObjectParser<>(
        "events",
        args -> new Events(
            (String) args[0],
            args[1] == null ? EventFields.UBI : EventFields.parse(ParsedObject.of("events.fields", args[1], "{\"item\": \"product.id\"}"))
        )
    );
    private static final ConstructingObjectParser<Definition, Void> DEFINITION = new ConstructingObjectParser<>("tracker", args -> {
        @SuppressWarnings("unchecked")
        List<String> impressions = args[14] == null ? List.of() : (List<String>) args[14];
        Map<String, Object> actions = orEmpty(args[2]);
        Map<String, Object> signals = orEmpty(args[6]);
        Ranking.Said ranking = args[7] == null ? new Ranking.Said() : (Ranking.Said) args[7];
        return new Definition(
            (Items) args[0],
            (Events) args[1],
            actions,
            (String) args[3],
            (Integer) args[4],
            (Double) args[5],
            signals,
            ranking,
            (String) args[8],
            orEmpty(args[9]),
            (String) args[10],
            orEmpty(args[11]),
            orEmpty(args[12]),
            (String) args[13],
            impressions
        );
    });
    private static final ObjectParser<Ranking.Said, Void> RANKING = new ObjectParser<>("ranking", Ranking.Said::new);

    static {
        ITEMS.declareString(optionalConstructorArg(), new ParseField("index"));
        ITEMS.declareString(optionalConstructorArg(), new ParseField("id_field"));
        ITEMS.declareString(optionalConstructorArg(), new ParseField("vector_field"));
        ITEMS.declareStringArray(optionalConstructorArg(), new ParseField("text_fields"));
        EVENTS.declareString(optionalConstructorArg(), new ParseField("index"));
        EVENTS.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("fields"));
        DEFINITION.declareObject(constructorArg(), ITEMS, new ParseField("items"));
        DEFINITION.declareObject(constructorArg(), EVENTS, new ParseField("events"));
        DEFINITION.declareObject(constructorArg(), (p, c) -> p.map(), new ParseField("actions"));
        DEFINITION.declareString(optionalConstructorArg(), new ParseField("half_life"));
        DEFINITION.declareField(
            optionalConstructorArg(),
            (p, c) -> wholeNumber("max_interests", p),
            new ParseField("max_interests"),
            ObjectParser.ValueType.VALUE
        );
        DEFINITION.declareDouble(optionalConstructorArg(), new ParseField("interest_similarity"));
        DEFINITION.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("signals"));
        Ranking.Said.declare(RANKING);
        DEFINITION.declareObject(optionalConstructorArg(), RANKING, new ParseField("ranking"));
        DEFINITION.declareString(optionalConstructorArg(), new ParseField("session_gap"));
        DEFINITION.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("context"));
        DEFINITION.declareString(optionalConstructorArg(), new ParseField("time_zone"));
        DEFINITION.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("limits"));
        DEFINITION.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("users"));
        DEFINITION.declareString(optionalConstructorArg(), new ParseField("retention"));
        DEFINITION.declareStringArray(optionalConstructorArg(), new ParseField("impressions"));
    }

    private final String name;
    private final Items items;
    private final Events events;
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

    private Tracker(String name, Definition definition) {
        this.name = name;
        items = definition.items;
        events = definition.events;
        actions = weights(definition.actions);
        impressions = new TreeSet<>(definition.impressions);
        halfLife = definition.halfLife == null ? DEFAULT_HALF_LIFE : time("half_life", definition.halfLife);
        maxInterests = definition.maxInterests == null ? DEFAULT_MAX_INTERESTS : definition.maxInterests;
        interestSimilarity = definition.interestSimilarity == null ? DEFAULT_INTEREST_SIMILARITY : definition.interestSimilarity;
        signals = signals(definition.signals);
        ranking = definition.ranking.ranking();
        sessionGap = definition.sessionGap == null ? DEFAULT_SESSION_GAP : time("session_gap", definition.sessionGap);
        contexts = Contexts.parse(new ParsedObject("context", definition.context), definition.timeZone);
        limits = EventLimits.parse(new ParsedObject("limits", definition.limits));
        pseudonym = KeyChain.parse(new ParsedObject("users", definition.users));
        retention = definition.retention == null ? null : time("retention", definition.retention);
        validate();
    }

    public Tracker(StreamInput in) throws IOException {
        name = in.readString();
        items = new Items(in.readString(), in.readString(), in.readString(), in.readStringList());
        events = new Events(in.readString(), new EventFields(in));
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
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(name);
        out.writeString(items.index());
        out.writeString(items.idField());
        out.writeString(items.vectorField());
        out.writeStringCollection(items.textFields());
        out.writeString(events.index());
        events.fields().writeTo(out);
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

    /** Reads a definition; every error names the field, the value and what would be right. */
    public static Tracker parse(String name, XContentParser parser) {
        try {
            return new Tracker(name, DEFINITION.apply(parser, null));
        } catch (XContentParseException e) {
            throw new IllegalArgumentException(innermost(e).getMessage(), e);
        }
    }

    /** The parser wraps the error of an inner object, which says what is wrong, once a level. */
    private static Throwable innermost(Throwable e) {
        return e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof XContentParseException
            ? innermost(e.getCause())
            : e;
    }

    private static Map<String, Double> weights(Map<String, Object> actions) {
        Map<String, Double> weights = new TreeMap<>();
        actions.forEach((action, weight) -> {
            double number = weight instanceof Number given ? given.doubleValue() : Double.NaN;
            if (Double.isFinite(number) == false || number == 0 || Math.abs(number) > MAX_ACTION_WEIGHT) {
                throw new IllegalArgumentException(
                    "[actions." + action + "] must be a number from -1000 to 1000 other than 0, got [" + weight + "]"
                );
            }
            weights.put(action, number);
        });
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("[actions] must weigh at least one action, such as {\"click\": 1.0, \"dislike\": -1.0}");
        }
        return weights;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> orEmpty(Object map) {
        return map == null ? Map.of() : (Map<String, Object>) map;
    }

    /** Every tracker counts what is popular, whether its definition says so or not. */
    private static List<Signal> signals(Map<String, Object> defined) {
        Map<String, Object> all = new TreeMap<>(defined);
        all.putIfAbsent(Signal.POPULARITY, Map.of());
        return all.entrySet().stream().map(signal -> Signal.parse(signal.getKey(), signal.getValue())).toList();
    }

    private static int wholeNumber(String field, XContentParser parser) throws IOException {
        try {
            return Integer.parseInt(parser.text());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("[" + field + "] must be a whole number, got [" + parser.text() + "]");
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    static TimeValue time(String field, String value) {
        String wanted = "[" + field + "] must be a time above 0 such as [30d] or [12h], got [" + value + "]";
        TimeValue time;
        try {
            time = TimeValue.parseTimeValue(value, field);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wanted);
        }
        if (time.millis() <= 0) {
            throw new IllegalArgumentException(wanted);
        }
        return time;
    }

    private void validate() {
        if (NAME.matcher(name).matches() == false) {
            throw new IllegalArgumentException(
                "tracker name [" + name + "] must be 1 to 64 of a-z, 0-9, [_] and [-], starting with a letter or a digit"
            );
        }
        requireText("items.index", items.index());
        requireText("items.id_field", items.idField());
        requireText("items.vector_field", items.vectorField());
        requireText("events.index", events.index());
        for (String expression : events.expressions()) {
            requireIndices(expression);
        }
        items.textFields().forEach(field -> requireText("items.text_fields", field));
        actions.keySet().forEach(action -> requireText("actions", action));
        impressions.forEach(this::requireImpression);
        if (maxInterests < 2 || maxInterests > MAX_INTERESTS) {
            throw new IllegalArgumentException("[max_interests] must be from 2 to " + MAX_INTERESTS + ", got [" + maxInterests + "]");
        }
        if ((interestSimilarity > 0 && interestSimilarity <= 1) == false) {
            throw new IllegalArgumentException(
                "[interest_similarity] must be above 0 and at most 1, got [" + interestSimilarity + "]"
            );
        }
        if (signals.size() - 1 > MAX_SIGNALS) {
            throw new IllegalArgumentException("[signals] must be at most " + MAX_SIGNALS + ", got [" + (signals.size() - 1) + "]");
        }
        requireSignals(ranking);
    }

    /** @throws IllegalArgumentException if it weighs a signal that this tracker does not define, naming those it does */
    public void requireSignals(Ranking weighed) {
        List<String> names = Stream.concat(signals.stream(), Signal.unweighted(items.textFields()).stream()).map(Signal::name).toList();
        for (String signal : weighed.signals().keySet()) {
            if (names.contains(signal) == false) {
                throw new IllegalArgumentException("[signals] has no [" + signal + "] in tracker [" + name + "]; defined: " + names);
            }
        }
    }

    private static void requireText(String field, String value) {
        if (value == null) {
            throw new IllegalArgumentException("[" + field + "] is required");
        }
        if (value.isBlank()) {
            throw new IllegalArgumentException("[" + field + "] must not be empty");
        }
    }

    private void requireImpression(String action) {
        requireText("impressions", action);
        if (actions.containsKey(action)) {
            throw new IllegalArgumentException(
                "[impressions] must be actions that [actions] does not weigh, got [" + action + "]: leave it out of one of both"
            );
        }
    }

    /** One name, alias or pattern, without the wildcards that would follow everything there is. */
    private static void requireIndices(String expression) {
        String name = expression.replace("*", "");
        boolean legal = INDEX.matcher(name).matches() && name.length() <= 255 && name.startsWith(IndexNames.PREFIX) == false;
        if (legal == false) {
            throw new IllegalArgumentException(
                "[events.index] must be names, aliases or patterns such as [ubi_events] or [ubi-*], separated by commas, got [" + expression + "]"
            );
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.startObject("items").field("index", items.index()).field("id_field", items.idField());
        builder.field("vector_field", items.vectorField()).field("text_fields", items.textFields()).endObject();
        builder.startObject("events").field("index", events.index());
        if (events.fields().equals(EventFields.UBI) == false) {
            builder.field("fields", events.fields());
        }
        builder.endObject();
        builder.field("actions", actions);
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
        if (ranking.equals(Ranking.UNSAID) == false) {
            ranking.toXContent(builder.startObject("ranking"), params).endObject();
        }
        return builder.endObject();
    }

    public String name() {
        return name;
    }

    public Items items() {
        return items;
    }

    public Events events() {
        return events;
    }

    /** What an action weighs; null for one that the tracker does not list. Below 0 for a dislike. */
    public Double weightOf(String action) {
        return actions.get(action);
    }

    /** Whether an action says that an item was shown to somebody, and nothing of what he thinks of it. */
    public boolean isImpression(String action) {
        return impressions.contains(action);
    }

    /** The smallest weight above 0 that it gives an action; 1 if it gives none. */
    public double lightestLike() {
        return actions.values().stream().filter(weight -> weight > 0).min(Double::compare).orElse(1.0);
    }

    /** The most interests a profile keeps. */
    public int maxInterests() {
        return maxInterests;
    }

    /** An interest absorbs the events of items whose cosine with it is at least this. */
    public double interestSimilarity() {
        return interestSimilarity;
    }

    /** What fields of the items say of them, whoever searches; by name. */
    public List<Signal> signals() {
        return signals;
    }

    /** What a search leaves unsaid. */
    public Ranking ranking() {
        return ranking;
    }

    /** Milliseconds without an event after which a session is over. */
    public long sessionGap() {
        return sessionGap.millis();
    }

    /** On which circumstances interests depend. */
    public Contexts contexts() {
        return contexts;
    }

    /** How much one user may say in a short time. */
    public EventLimits limits() {
        return limits;
    }

    /**
     * The keys by which users are to be stored. A generation of the profiles may be under the first of them alone, so where these
     * are read or written {@link UserNames} says which.
     */
    public KeyChain pseudonym() {
        return pseudonym;
    }

    /** How long what a user did is kept; empty where that is for ever. */
    public Optional<TimeValue> retention() {
        return Optional.ofNullable(retention);
    }

    /** How fast what was learned of users and items is forgotten. */
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
        Object how = Objects.hash(impressions, signals, ranking, sessionGap, contexts, limits, pseudonym, retention);
        return Objects.hash(name, items, events, actions, halfLife, maxInterests, interestSimilarity, how);
    }
}
