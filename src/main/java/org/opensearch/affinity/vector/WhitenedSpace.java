package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where vectors are compared: around what everybody likes, and less along the directions in which all items differ. With the
 * centre {@code μ}, the unit axes {@code u} and what is taken off along them {@code t}, the cosine of two vectors is that under
 * {@code ⟨x, y⟩ = (x - μ)ᵀ (I - Σ t u uᵀ) (y - μ)}. Immutable, if nobody writes into the arrays.
 */
public final class WhitenedSpace implements Writeable {
    /** Nothing known. */
    public static final WhitenedSpace NONE = new WhitenedSpace(new float[0], List.of(), new float[0]);
    /** With this many events what they say counts half: before that it would be the taste of a few. */
    private static final double PRIOR_EVENTS = 1_000;
    /** Of the mean variance, so that what hardly varies is not blown up. */
    private static final double LEAST_VARIANCE = 0.05;
    private static final float MOST_TAKEN = 0.98f;

    private final float[] centre;
    private final List<Direction> directions;
    private final float[] taken;
    // What follows from these.
    private final float[][] axes;
    private final float[] offsets;
    private final float centreSquared;
    private final int hash;

    private WhitenedSpace(float[] centre, List<Direction> directions, float[] taken) {
        this.centre = centre;
        this.directions = directions;
        this.taken = taken;
        axes = directions.stream().map(Direction::unit).toArray(float[][]::new);
        offsets = new float[axes.length];
        for (int i = 0; i < axes.length; i++) {
            offsets[i] = VectorUtil.dotProduct(axes[i], centre);
        }
        centreSquared = VectorUtil.dotProduct(centre, centre);
        hash = 31 * (31 * Arrays.hashCode(centre) + directions.hashCode()) + Arrays.hashCode(taken);
    }

    /** Around a centre alone. */
    public static WhitenedSpace around(float[] centre) {
        return new WhitenedSpace(centre, List.of(), new float[0]);
    }

    public WhitenedSpace(StreamInput in) throws IOException {
        this(in.readFloatArray(), in.readList(Direction::new), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeFloatArray(centre);
        out.writeVInt(directions.size());
        for (Direction direction : directions) {
            direction.writeTo(out);
        }
        out.writeFloatArray(taken);
    }

    /**
     * Of the populations of several slices; the axes are those of the largest. What is taken off along an axis makes the
     * variance along it count by its square root, as halfway to whitening: {@code 1 - √((r + ε) / (λ + ε))}, λ being the
     * variance along the axis, r the mean of that along all others. Near 0 while there are few events.
     */
    public static WhitenedSpace of(List<TasteStatistics> parts) {
        long events = parts.stream().mapToLong(TasteStatistics::events).sum();
        float[] centre = new float[parts.stream().mapToInt(part -> part.mean().length).max().orElse(0)];
        OnlinePca largest = new OnlinePca();
        long most = 0;
        for (TasteStatistics part : parts) {
            for (int i = 0; i < part.mean().length; i++) {
                centre[i] += (float) (part.mean()[i] * (part.events() / (events + PRIOR_EVENTS)));
            }
            if (part.events() > most) {
                most = part.events();
                largest = part.axes();
            }
        }
        return largest.known() == 0 ? around(centre) : of(centre, largest, events / (events + PRIOR_EVENTS));
    }

    private static WhitenedSpace of(float[] centre, OnlinePca axes, double known) {
        double along = 0;
        List<float[]> units = orthonormal(axes);
        for (int i = 0; i < units.size(); i++) {
            along += axes.variance(i);
        }
        int others = centre.length - units.size();
        double rest = others <= 0 ? 0 : Math.max(0, axes.variance() - along) / others;
        double least = LEAST_VARIANCE * axes.variance() / centre.length;
        float[] taken = new float[units.size()];
        for (int i = 0; i < taken.length; i++) {
            double kept = Math.min(1, Math.sqrt((rest + least) / (axes.variance(i) + least)));
            taken[i] = (float) Math.min(MOST_TAKEN, known * (1 - kept));
        }
        return new WhitenedSpace(centre, units.stream().map(Direction::new).toList(), taken);
    }

    /** Gram and Schmidt's method; the components are orthogonal but for what the last events did to them. */
    private static List<float[]> orthonormal(OnlinePca axes) {
        List<float[]> units = new ArrayList<>();
        for (int i = 0; i < axes.known(); i++) {
            float[] unit = axes.component(i).clone();
            for (float[] before : units) {
                float off = VectorUtil.dotProduct(unit, before);
                for (int d = 0; d < unit.length; d++) {
                    unit[d] -= off * before[d];
                }
            }
            if (VectorUtil.dotProduct(unit, unit) == 0) {
                return units;
            }
            units.add(VectorUtil.l2normalize(unit));
        }
        return units;
    }

    /** Shorter than 1; empty when nothing is known. */
    float[] centre() {
        return centre;
    }

    public int dimension() {
        return centre.length;
    }

    /** This space for vectors of a dimension: itself, or one around 0 where nothing is known of such vectors. */
    public WhitenedSpace ofDimension(int dimension) {
        return centre.length == dimension ? this : around(new float[dimension]);
    }

    /** How far a unit vector is from the centre; above 0. */
    public float distance(float[] vector) {
        float squared = 1 - 2 * VectorUtil.dotProduct(centre, vector) + centreSquared;
        for (int i = 0; i < axes.length; i++) {
            float along = VectorUtil.dotProduct(axes[i], vector) - offsets[i];
            squared -= taken[i] * along * along;
        }
        return (float) Math.sqrt(Math.max(squared, Float.MIN_NORMAL));
    }

    /**
     * What the dot product with a vector is to be taken of: for the vector {@code x}, {@code (towards(y) · x - offset(towards(y)))
     * / distance(x)} is the cosine of x and y.
     *
     * @param vector not necessarily of unit length
     */
    public float[] towards(float[] vector) {
        float[] rest = vector.clone();
        for (int d = 0; d < rest.length; d++) {
            rest[d] -= centre[d];
        }
        float[] seen = rest.clone();
        for (int i = 0; i < axes.length; i++) {
            float off = taken[i] * VectorUtil.dotProduct(axes[i], rest);
            for (int d = 0; d < seen.length; d++) {
                seen[d] -= off * axes[i][d];
            }
        }
        float length = (float) Math.sqrt(Math.max(VectorUtil.dotProduct(rest, seen), Float.MIN_NORMAL));
        for (int d = 0; d < seen.length; d++) {
            seen[d] /= length;
        }
        return seen;
    }

    /** The dot product of the centre and what {@link #towards} made. */
    public float offset(float[] towards) {
        return VectorUtil.dotProduct(towards, centre);
    }

    @Override
    public boolean equals(Object o) {
        return this == o
            || o instanceof WhitenedSpace other
                && hash == other.hash
                && Arrays.equals(centre, other.centre)
                && directions.equals(other.directions)
                && Arrays.equals(taken, other.taken);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
