package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.tracker.shape.Curve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the values of a hit into a longer row of numbers whose weighted sum can be any sum of curves and products of the values: for a
 * value with knots {@code t_0 < … < t_m}, the numbers {@code clamp((value - t_(k-1)) / (t_k - t_(k-1)), 0, 1)}, so that weights of 0 or
 * more make a curve that does not fall; for others the value itself; then the products. Immutable.
 */
public final class ShapeBasis {
    /** Quantiles of the values above 0, where curves may bend. */
    private static final double[] QUANTILES = { 0.25, 0.5, 0.75, 0.9, 0.97 };
    /** Least distance of two knots, and least number of different values that deserve a curve. */
    private static final float MIN_DISTANCE = 1e-3f;

    private final float[][] knots;
    private final int[][] pairs;
    private final int size;

    /**
     * @param knots by value, ascending; empty for a value that has no curve
     * @param pairs values to multiply, by index
     */
    private ShapeBasis(float[][] knots, int[][] pairs) {
        this.knots = knots;
        this.pairs = pairs;
        size = Arrays.stream(knots).mapToInt(ofValue -> Math.max(1, ofValue.length - 1)).sum() + pairs.length;
    }

    /**
     * Returns a basis of curves alone, with knots at quantiles of the examples' values.
     *
     * @param shaped by value, whether it may have a curve
     */
    static ShapeBasis ofCurves(List<TrainingExample> examples, boolean[] shaped) {
        float[][] knots = new float[shaped.length][];
        for (int i = 0; i < shaped.length; i++) {
            knots[i] = shaped[i] ? knots(examples, i) : new float[0];
        }
        return new ShapeBasis(knots, new int[0][]);
    }

    private static float[] knots(List<TrainingExample> examples, int index) {
        int count = 0;
        float[] positive = new float[examples.stream().mapToInt(example -> example.values().length).sum()];
        float min = 0;
        for (TrainingExample example : examples) {
            for (float[] hit : example.values()) {
                min = Math.min(min, hit[index]);
                if (hit[index] > MIN_DISTANCE) {
                    positive[count++] = hit[index];
                }
            }
        }
        Arrays.sort(positive, 0, count);
        List<Float> knots = new ArrayList<>();
        if (min < 0) {
            knots.add(-1f);
        }
        knots.add(0f);
        for (double quantile : QUANTILES) {
            float knot = count == 0 ? 1 : positive[(int) (quantile * (count - 1))];
            if (knot > knots.getLast() + MIN_DISTANCE && knot < 1 - MIN_DISTANCE) {
                knots.add(knot);
            }
        }
        knots.add(1f);
        float[] array = new float[knots.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = knots.get(i);
        }
        return array.length < 3 ? new float[0] : array;
    }

    /** Returns this basis with products of pairs of values. */
    ShapeBasis withProducts(int[][] products) {
        return new ShapeBasis(knots, products);
    }

    /** Returns the length of a row. */
    int size() {
        return size;
    }

    TrainingExample expand(TrainingExample example) {
        float[][] expanded = new float[example.values().length][];
        for (int hit = 0; hit < expanded.length; hit++) {
            expanded[hit] = expand(example.values()[hit]);
        }
        return new TrainingExample(expanded, example.chosen());
    }

    private float[] expand(float[] values) {
        float[] row = new float[size];
        int at = 0;
        for (int i = 0; i < knots.length; i++) {
            if (knots[i].length == 0) {
                row[at++] = values[i];
            }
            for (int k = 1; k < knots[i].length; k++) {
                float share = (values[i] - knots[i][k - 1]) / (knots[i][k] - knots[i][k - 1]);
                // Below 0 the curve of a value falls from 0, so that no value is worth exactly nothing.
                row[at++] = knots[i][k] <= 0 ? Math.clamp(share, 0, 1) - 1 : Math.clamp(share, 0, 1);
            }
        }
        for (int[] pair : pairs) {
            row[at++] = values[pair[0]] * values[pair[1]];
        }
        return row;
    }

    /** Returns the weights of the row that make the same sum as weights of the values, or as weights without products. */
    double[] linear(double[] weights) {
        double[] row = new double[size];
        int at = 0;
        for (int i = 0; i < knots.length; i++) {
            if (knots[i].length == 0) {
                row[at++] = weights[i];
            }
            for (int k = 1; k < knots[i].length; k++) {
                row[at++] = weights[i] * (knots[i][k] - knots[i][k - 1]);
            }
        }
        return row;
    }

    /** Returns the lower bounds of the row's weights: curves do not fall, products may have any weight. */
    double[] lowerBounds(double[] ofValues) {
        double[] bounds = new double[size];
        Arrays.fill(bounds, size - pairs.length, size, Double.NEGATIVE_INFINITY);
        int at = 0;
        for (int i = 0; i < knots.length; i++) {
            if (knots[i].length == 0) {
                bounds[at] = ofValues[i];
            }
            at += Math.max(1, knots[i].length - 1);
        }
        return bounds;
    }

    /** Returns the weight of each value: the height of its curve, or its own weight. */
    double[] weights(double[] row) {
        double[] weights = new double[knots.length];
        int at = 0;
        for (int i = 0; i < knots.length; i++) {
            if (knots[i].length == 0) {
                weights[i] = row[at++];
                continue;
            }
            int zero = zero(i);
            double below = 0;
            double above = 0;
            for (int k = 1; k < knots[i].length; k++) {
                if (k <= zero) {
                    below += row[at++];
                } else {
                    above += row[at++];
                }
            }
            weights[i] = Math.max(below, above);
        }
        return weights;
    }

    /** The position of the knot 0. */
    private int zero(int index) {
        return knots[index][0] < 0 ? 1 : 0;
    }

    /** Returns the curves of values whose weight is above 0, by name. */
    Map<String, Curve> curves(double[] row, List<String> names) {
        Map<String, Curve> curves = new TreeMap<>();
        double[] weights = weights(row);
        int at = 0;
        for (int i = 0; i < knots.length; i++) {
            if (knots[i].length > 0 && weights[i] > 0) {
                curves.put(names.get(i), curve(i, row, at, weights[i]));
            }
            at += Math.max(1, knots[i].length - 1);
        }
        return curves;
    }

    private Curve curve(int index, double[] row, int from, double weight) {
        float[] results = new float[knots[index].length];
        double result = 0;
        for (int k = 1; k <= zero(index); k++) {
            result -= row[from + k - 1];
        }
        for (int k = 0; k < results.length; k++) {
            results[k] = (float) Math.clamp(result / weight, -1, 1);
            result += k + 1 < results.length ? row[from + k] : 0;
        }
        return new Curve(knots[index], results);
    }

    /** Returns the weights of the products, by {@code a*b}. */
    Map<String, Float> products(double[] row, List<String> names) {
        Map<String, Float> products = new TreeMap<>();
        for (int i = 0; i < pairs.length; i++) {
            products.put(names.get(pairs[i][0]) + "*" + names.get(pairs[i][1]), (float) row[size - pairs.length + i]);
        }
        return products;
    }
}
