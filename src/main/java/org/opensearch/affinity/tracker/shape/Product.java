package org.opensearch.affinity.tracker.shape;

import java.util.Map;

/**
 * The product of the values of two signals, or of a signal and affinity, with a weight of its own.
 *
 * @param first  name of a signal, or {@code affinity}
 * @param second name of another one
 * @param weight from -20 to 20
 */
public record Product(String first, String second, float weight) {
    private static final char TIMES = '*';

    /** Whether a name has the form {@code a*b}. */
    public static boolean isName(String name) {
        int times = name.indexOf(TIMES);
        return times > 0 && times < name.length() - 1 && name.substring(0, times).equals(name.substring(times + 1)) == false;
    }

    /** @param named the name {@code first*second}, and the weight */
    public static Product of(Map.Entry<String, Float> named) {
        int times = named.getKey().indexOf(TIMES);
        return new Product(named.getKey().substring(0, times), named.getKey().substring(times + 1), named.getValue());
    }

    /** The name of this product, such as {@code affinity*popularity}. */
    public String name() {
        return first + TIMES + second;
    }
}
