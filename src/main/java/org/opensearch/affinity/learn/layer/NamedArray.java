package org.opensearch.affinity.learn.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Numbers of a network: a tensor in row-major order.
 *
 * @param name   unique in its network
 * @param values one for each element, kept, not copied
 */
public record NamedArray(String name, int[] shape, float[] values) {
    /** @throws IllegalArgumentException if the number of values does not fit the shape */
    public NamedArray {
        if (size(shape) != values.length) {
            throw new IllegalArgumentException(
                "[" + name + "] of shape " + Arrays.toString(shape) + " must have [" + size(shape) + "] values, got [" + values.length + "]"
            );
        }
    }

    private static int size(int... shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Returns an array whose values are all the same. */
    public static NamedArray filled(String name, float value, int... shape) {
        float[] values = new float[size(shape)];
        Arrays.fill(values, value);
        return new NamedArray(name, shape, values);
    }

    /** Returns an array of normally distributed values around 0. */
    public static NamedArray random(String name, double deviation, SplittableRandom random, int... shape) {
        float[] values = new float[size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return new NamedArray(name, shape, values);
    }

    /** Returns an array of the same name and shape with other values. */
    public NamedArray with(float[] others) {
        return new NamedArray(name, shape, others);
    }

    /** Whether another array has the same name and shape. */
    public boolean isLike(NamedArray other) {
        return name.equals(other.name) && Arrays.equals(shape, other.shape);
    }

    /** Returns the rows of a matrix. */
    public float[][] rows() {
        float[][] rows = new float[shape[0]][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values, i * shape[1], (i + 1) * shape[1]);
        }
        return rows;
    }

    /** Returns a copy on a device, which the manager owns. */
    public NDArray on(NDManager manager) {
        return manager.create(values, new Shape(Arrays.stream(shape).asLongStream().toArray()));
    }

    /** Returns copies on a device, which the manager owns. */
    public static List<NDArray> on(NDManager manager, List<NamedArray> arrays) {
        return arrays.stream().map(array -> array.on(manager)).toList();
    }
}
