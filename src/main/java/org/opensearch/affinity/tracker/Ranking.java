package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.affinity.tracker.shape.Product;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values of the parameters that a tracker may set, {@link Place#TRACKER}: how profiles and signals change the scores of a search. Accessors
 * return null for a parameter that is not set. Immutable.
 *
 * @param values other parameters are left out
 */
public record Ranking(ParameterValues values) implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(Ranking.class);
    public static final int MAX_WEIGHT = 20;
    public static final int MAX_CONCEPT_FACTOR = 10;
    public static final int DEFAULT_WINDOW_SIZE = 1_000;
    public static final int MAX_WINDOW_SIZE = 10_000;
    /** No parameter is set. */
    public static final Ranking EMPTY = new Ranking(ParameterValues.EMPTY);
    /** The defaults, which have the lowest precedence. {@link #ownItems} and {@link #signals} have none. */
    public static final Ranking DEFAULT = new Ranking(ParameterValues.defaults());

    /** How relevance, which is the query's score, and merit, which is all else, become one score. */
    public enum ScoreMode {
        /** Relevance times the exponential of merit. */
        MULTIPLY,
        /** Relevance plus merit. */
        SUM,
        /** The exponential of merit; relevance only decides which documents are in the window. */
        REPLACE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Ranking {
        values = values.in(Place.TRACKER);
    }

    public Ranking(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Ranking(Frame in) throws IOException {
        this(new ParameterValues(in));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            values.writeTo(out);
        }
    }

    /** Reads an object of parameters that a tracker may set. */
    public static Ranking parse(XContentParser parser, FieldPath path) throws IOException {
        return new Ranking(ParameterValues.parse(parser, Place.TRACKER, path));
    }

    /**
     * The parameters that a training learns.
     *
     * @param weight    of affinity; null for none
     * @param relevance null for none
     * @param signals   weights by name
     * @throws IllegalArgumentException if one is out of its range
     */
    public static Ranking ofWeights(Float weight, Float relevance, Map<String, Float> signals) {
        FieldPath path = FieldPath.body("");
        ParameterValues.Builder values = new ParameterValues.Builder();
        values.set(Parameter.WEIGHT, weight == null ? null : Parameter.WEIGHT.require(weight, path));
        values.set(Parameter.RELEVANCE, relevance == null ? null : Parameter.RELEVANCE.require(relevance, path));
        values.set(Parameter.SIGNALS, Collections.unmodifiableMap(new TreeMap<>(Parameter.SIGNALS.require(signals, path))));
        return new Ranking(values.build());
    }

    /** The value of any parameter that a tracker may set; null if it is not set. */
    public <T> T get(Parameter<T> parameter) {
        return values.get(parameter);
    }

    /** {@link Parameter#WEIGHT}. */
    public Float weight() {
        return get(Parameter.WEIGHT);
    }

    /** {@link Parameter#RELEVANCE}. */
    public Float relevance() {
        return get(Parameter.RELEVANCE);
    }

    /** {@link Parameter#SCORE_MODE}. */
    public ScoreMode scoreMode() {
        return get(Parameter.SCORE_MODE);
    }

    /** {@link Parameter#WINDOW_SIZE}. */
    public Integer windowSize() {
        return get(Parameter.WINDOW_SIZE);
    }

    /** {@link Parameter#MAX_INTERESTS}. */
    public Integer maxInterests() {
        return get(Parameter.MAX_INTERESTS);
    }

    /** {@link Parameter#MIN_AFFINITY}. */
    public Float minAffinity() {
        return get(Parameter.MIN_AFFINITY);
    }

    /** {@link Parameter#SESSION_WEIGHT}. */
    public Float sessionWeight() {
        return get(Parameter.SESSION_WEIGHT);
    }

    /** {@link Parameter#OWN_ITEMS}. */
    public Float ownItems() {
        return get(Parameter.OWN_ITEMS);
    }

    /** {@link Parameter#EXPLORE}. */
    public Float explore() {
        return get(Parameter.EXPLORE);
    }

    /** {@link Parameter#DIVERSITY}. */
    public Float diversity() {
        return get(Parameter.DIVERSITY);
    }

    /** {@link Parameter#SIGNALS}; empty, not null, if it is not set. */
    public Map<String, Float> signals() {
        Map<String, Float> signals = get(Parameter.SIGNALS);
        return signals == null ? Map.of() : signals;
    }

    /** {@link Parameter#CURVES}; empty, not null, if it is not set. */
    public Map<String, Curve> curves() {
        Map<String, Curve> curves = get(Parameter.CURVES);
        return curves == null ? Map.of() : curves;
    }

    /** {@link Parameter#PRODUCTS}; empty, not null, if it is not set. */
    public List<Product> products() {
        Map<String, Float> products = get(Parameter.PRODUCTS);
        return products == null ? List.of() : products.entrySet().stream().map(Product::of).toList();
    }

    /** {@link Parameter#CONCEPTS}; empty, not null, if it is not set. */
    public Map<String, Float> concepts() {
        Map<String, Float> concepts = get(Parameter.CONCEPTS);
        return concepts == null ? Map.of() : concepts;
    }

    /** {@link Parameter#SEGMENT}; 0 if it is not set. */
    public int segment() {
        Integer segment = get(Parameter.SEGMENT);
        return segment == null ? 0 : segment;
    }

    /** This ranking with curves and products instead of its own. */
    public Ranking shaped(Map<String, Curve> curves, Map<String, Float> products) {
        ParameterValues.Builder shape = new ParameterValues.Builder();
        shape.set(Parameter.CURVES, Collections.unmodifiableMap(new TreeMap<>(curves)));
        shape.set(Parameter.PRODUCTS, Collections.unmodifiableMap(new TreeMap<>(products)));
        return new Ranking(shape.build().orElse(values.without(Parameter.CURVES, Parameter.PRODUCTS)));
    }

    /** This ranking, and for parameters that it does not set the other one. Of {@code signals}, each weight is decided on its own. */
    public Ranking orElse(Ranking other) {
        return new Ranking(values.orElse(other.values));
    }

    /** The parameters that are set, as fields of the object around it. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        return values.toXContent(builder, params);
    }
}
