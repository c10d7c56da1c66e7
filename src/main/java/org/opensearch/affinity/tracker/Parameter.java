package org.opensearch.affinity.tracker;

import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import static org.opensearch.affinity.tracker.ParameterType.bool;
import static org.opensearch.affinity.tracker.ParameterType.conceptFactors;
import static org.opensearch.affinity.tracker.ParameterType.contexts;
import static org.opensearch.affinity.tracker.ParameterType.curves;
import static org.opensearch.affinity.tracker.ParameterType.itemIds;
import static org.opensearch.affinity.tracker.ParameterType.number;
import static org.opensearch.affinity.tracker.ParameterType.oneOf;
import static org.opensearch.affinity.tracker.ParameterType.products;
import static org.opensearch.affinity.tracker.ParameterType.signalWeights;
import static org.opensearch.affinity.tracker.ParameterType.string;
import static org.opensearch.affinity.tracker.ParameterType.wholeNumber;
import static org.opensearch.affinity.tracker.Ranking.DEFAULT_WINDOW_SIZE;
import static org.opensearch.affinity.tracker.Ranking.MAX_CONCEPT_FACTOR;
import static org.opensearch.affinity.tracker.Ranking.MAX_WEIGHT;
import static org.opensearch.affinity.tracker.Ranking.MAX_WINDOW_SIZE;

/**
 * A parameter of personalised search: its name, type, default and the places where it may be set. {@link #ALL} is the only list of
 * parameters: parsing, ranges, precedence, streams and XContent follow from it, and a test compares it with the documentation's table. A
 * new parameter is one constant, after the others: its position identifies it in streams.
 *
 * @param <T> the type of its values, which are immutable
 */
public final class Parameter<T> {
    /** Where a parameter may be set, in the order of precedence. */
    public enum Place {
        /** The rescorer of a request. */
        RESCORE(null),
        /** {@code ext} of a request. */
        EXT(null),
        /** The query {@code affinity} of a request, whose score is the merit. */
        QUERY("cannot be set in the query [affinity], which has no text and no relevance: use [rescore] or [ext.affinity]"),
        /** The processor of a search pipeline. */
        PIPELINE("must be set in the request, in [ext.affinity], not in a search pipeline"),
        /** {@code ranking} of a tracker. */
        TRACKER("must be set in the request or in a search pipeline, not in a tracker");

        private final String refusal;

        /** @param refusal the problem with a parameter that cannot be set here; null if each such parameter has one of its own */
        Place(String refusal) {
            this.refusal = refusal;
        }
    }

    private static final int MAX_SEGMENT = 10_000;
    private static final List<Parameter<?>> LIST = new ArrayList<>();
    /** All parameters, each at its {@link #position}. */
    public static final List<Parameter<?>> ALL = Collections.unmodifiableList(LIST);

    /** The tracker whose profiles are used. */
    public static final Parameter<String> TRACKER = inRequestOrPipeline("tracker", string(Values.text("the name of a tracker")), null);
    /** The user whose profile is used. Null and a blank string are nobody, the same as no user. */
    public static final Parameter<String> USER = inRequest("user", string(Values.optionalId("the id of a user")));
    /** What the user typed. May be blank. */
    public static final Parameter<String> QUERY_TEXT = inRequest("query_text", string(Values.orNull(Values.STRING, null)))
        .notInQuery();
    /** Items of the current session, oldest first. They count as if the user had just liked them. */
    public static final Parameter<List<String>> RECENT = inRequest("recent", itemIds(50));
    /** The contexts of the search by name; the current hour and weekday where they are missing. */
    public static final Parameter<Map<String, String>> CONTEXT = inRequestOrPipeline("context", contexts(), null);
    /** The weight of affinity. */
    public static final Parameter<Float> WEIGHT = everywhere("weight", number(0, MAX_WEIGHT), 4f);
    /** The exponent of the query's score, or its factor in {@link ScoreMode#SUM}. */
    public static final Parameter<Float> RELEVANCE = everywhere("relevance", number(0, MAX_WEIGHT), 1f).notInQuery();
    public static final Parameter<ScoreMode> SCORE_MODE = everywhere("score_mode", oneOf(ScoreMode.class), ScoreMode.MULTIPLY)
        .notInQuery();
    /** How many of each shard's best documents are rescored. */
    public static final Parameter<Integer> WINDOW_SIZE = everywhere("window_size", wholeNumber(1, MAX_WINDOW_SIZE), DEFAULT_WINDOW_SIZE)
        .refusedBy(Place.RESCORE, "stands beside [affinity] in [rescore], not in it")
        .notInQuery();
    /** Weights of signals by name. Signals without a weight here keep that of their definition. */
    public static final Parameter<Map<String, Float>> SIGNALS = everywhere("signals", signalWeights(MAX_WEIGHT), null);
    /** How many of the heaviest interests are used. */
    public static final Parameter<Integer> MAX_INTERESTS = everywhere(
        "max_interests",
        wholeNumber(1, Tracker.MAX_INTERESTS),
        Tracker.MAX_INTERESTS
    );
    /** The least cosine with an item at which an interest counts for it. */
    public static final Parameter<Float> MIN_AFFINITY = everywhere("min_affinity", number(0, 1), 0f);
    /** The share of an interest's strength that comes from the current session, while there is one. */
    public static final Parameter<Float> SESSION_WEIGHT = everywhere("session_weight", number(0, 1), 0.5f);
    /** The factor of affinity for items of the user's history. By default the tracker measures it. */
    public static final Parameter<Float> OWN_ITEMS = everywhere("own_items", number(0, 1), null);
    /** The largest exploration bonus. */
    public static final Parameter<Float> EXPLORE = everywhere("explore", number(0, MAX_WEIGHT), 0f);
    /** The penalty of maximal marginal relevance: 0 for the order of scores, 1 for the most diverse. */
    public static final Parameter<Float> DIVERSITY = everywhere("diversity", number(0, 1), 0f).notInQuery();
    /** Whether items of the user's history and of {@link #RECENT} are left out. */
    public static final Parameter<Boolean> EXCLUDE_SEEN = inRequestOrPipeline("exclude_seen", bool(), false)
        .refusedBy(
            Place.RESCORE,
            "cannot be done by a rescorer, which leaves no document out: use [ext.affinity], or the query [affinity_seen]"
        );
    /** Whether each hit gets the reasons for its score. */
    public static final Parameter<Boolean> WHY = inRequestOrPipeline("why", bool(), false).notInQuery();
    /** Curves that the values of signals and of affinity take before their weights, by name. Trainings learn them. */
    public static final Parameter<Map<String, Curve>> CURVES = everywhere("curves", curves(), null);
    /** Weights of products of two signals by {@code a*b}; those count whose signals both have weights. Trainings learn them. */
    public static final Parameter<Map<String, Float>> PRODUCTS = everywhere("products", products(MAX_WEIGHT), null);

    /** Factors of what personalisation adds to items of the trained model's concepts, by the numbers of the concepts. */
    public static final Parameter<Map<String, Float>> CONCEPTS = everywhere("concepts", conceptFactors(MAX_CONCEPT_FACTOR), null);

    /** Number of the trained model's segment that the user belongs to, whatever the history. */
    public static final Parameter<Integer> SEGMENT = everywhere("segment", wholeNumber(1, MAX_SEGMENT), null);

    private final String name;
    private final ParameterType<T> type;
    private final T defaultValue;
    private final Map<Place, String> refusals = new EnumMap<>(Place.class);
    private final int position = LIST.size();

    private Parameter(String name, ParameterType<T> type, T defaultValue) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        LIST.add(this);
    }

    private static <T> Parameter<T> everywhere(String name, ParameterType<T> type, T defaultValue) {
        return new Parameter<>(name, type, defaultValue);
    }

    private static <T> Parameter<T> inRequestOrPipeline(String name, ParameterType<T> type, T defaultValue) {
        return everywhere(name, type, defaultValue).refusedBy(Place.TRACKER, Place.TRACKER.refusal);
    }

    private static <T> Parameter<T> inRequest(String name, ParameterType<T> type) {
        return inRequestOrPipeline(name, type, null).refusedBy(Place.PIPELINE, Place.PIPELINE.refusal);
    }

    private Parameter<T> notInQuery() {
        return refusedBy(Place.QUERY, Place.QUERY.refusal);
    }

    private Parameter<T> refusedBy(Place place, String problem) {
        refusals.put(place, problem);
        return this;
    }

    public String name() {
        return name;
    }

    /** The position in {@link #ALL}, which identifies the parameter in streams. */
    int position() {
        return position;
    }

    /** The value that holds where none is set; null if there is none, or if the tracker decides it. */
    public T defaultValue() {
        return defaultValue;
    }

    /** The values as the documentation's table has them, such as {@code 0 to 20}; empty if the table describes them freely. */
    String values() {
        return type.values();
    }

    public boolean maySetIn(Place place) {
        return refusals.containsKey(place) == false;
    }

    /** Reads a value, with errors that say which values are allowed. */
    public ValueReader<T> reader() {
        return type.reader();
    }

    /**
     * Checks a value that was not read by {@link #reader}.
     *
     * @param object the path of the object that it is a field of, for errors
     */
    public T require(T value, FieldPath object) {
        if (type.allowed().test(value) == false) {
            throw object.field(name).mustBe(type.wanted(), value);
        }
        return value;
    }

    <B> void declare(BuilderParser<B> parser, Place place, Function<? super B, ParameterValues.Builder> values) {
        if (maySetIn(place)) {
            parser.declare(name, reader(), (builder, value) -> values.apply(builder).set(this, value));
        } else {
            parser.refuse(name, refusals.get(place));
        }
    }

    T read(StreamInput in) throws IOException {
        return type.in().read(in);
    }

    /** @param value of this parameter */
    @SuppressWarnings("unchecked")
    void write(StreamOutput out, Object value) throws IOException {
        type.out().write(out, (T) value);
    }

    /** Combines two values of this parameter, of which the first has precedence. */
    @SuppressWarnings("unchecked")
    Object orElse(Object first, Object second) {
        return type.orElse().apply((T) first, (T) second);
    }

    @Override
    public String toString() {
        return name;
    }
}
