package org.opensearch.affinity.integ.bench.concept;

import org.apache.lucene.util.VectorUtil;

import java.util.Arrays;

/** How well kinds of interests are kept apart, and whether they are there again. */
final class GroupingMeasures {
    private GroupingMeasures() {}

    /**
     * The adjusted Rand index of two groupings of the same objects (Hubert and Arabie, "Comparing partitions", 1985): 1 if they agree, 0 on
     * average by chance.
     *
     * @param counts how often each object counts
     */
    static double adjustedRand(int[] first, int[] second, int[] counts) {
        long[][] both = new long[1 + max(first)][1 + max(second)];
        for (int i = 0; i < counts.length; i++) {
            both[first[i]][second[i]] += counts[i];
        }
        double pairs = 0;
        double ofFirst = 0;
        double[] columns = new double[both[0].length];
        double all = 0;
        for (long[] row : both) {
            double sum = 0;
            for (int column = 0; column < row.length; column++) {
                pairs += pairs(row[column]);
                columns[column] += row[column];
                sum += row[column];
            }
            ofFirst += pairs(sum);
            all += sum;
        }
        double ofSecond = Arrays.stream(columns).map(GroupingMeasures::pairs).sum();
        double expected = ofFirst * ofSecond / pairs(all);
        double largest = (ofFirst + ofSecond) / 2;
        return largest == expected ? 0 : (pairs - expected) / (largest - expected);
    }

    private static double pairs(double n) {
        return n * (n - 1) / 2;
    }

    private static int max(int[] numbers) {
        return Arrays.stream(numbers).max().orElse(0);
    }

    /**
     * Disentanglement and completeness (Eastwood and Williams, "A framework for the quantitative evaluation of disentangled representations",
     * ICLR'18). The importance of a group for a category is the mean share of the category's items in it. Disentanglement is 1 if each group has
     * one category, completeness is 1 if each category has one group.
     *
     * @param shares     of objects in groups; null for an object that does not count
     * @param categories of objects, from 0; -1 for none
     * @param counts     how often each object counts
     */
    static double[] disentanglementAndCompleteness(float[][] shares, int[] categories, int[] counts) {
        int groups = Arrays.stream(shares).filter(one -> one != null).findAny().orElseThrow().length;
        double[][] importance = new double[groups][1 + max(categories)];
        double[] sizes = new double[importance[0].length];
        for (int i = 0; i < counts.length; i++) {
            if (shares[i] != null && categories[i] >= 0) {
                sizes[categories[i]] += counts[i];
                for (int group = 0; group < groups; group++) {
                    importance[group][categories[i]] += counts[i] * shares[i][group];
                }
            }
        }
        double[][] transposed = new double[sizes.length][groups];
        for (int group = 0; group < groups; group++) {
            for (int category = 0; category < sizes.length; category++) {
                importance[group][category] /= Math.max(1, sizes[category]);
                transposed[category][group] = importance[group][category];
            }
        }
        return new double[] { order(importance), order(transposed) };
    }

    /** The mean over rows of 1 less the entropy in relation to the largest one, weighted by the sums of rows. */
    private static double order(double[][] rows) {
        double weighted = 0;
        double all = 0;
        for (double[] row : rows) {
            double sum = Arrays.stream(row).sum();
            double entropy = Arrays.stream(row).filter(value -> value > 0).map(value -> -value / sum * Math.log(value / sum)).sum();
            weighted += sum * (1 - entropy / Math.log(Math.max(2, row.length)));
            all += sum;
        }
        return all > 0 ? weighted / all : 0;
    }

    /**
     * The bias-corrected distance correlation of two samples of vectors (Székely and Rizzo, "The distance correlation t-test of independence in
     * high dimension", 2013): 0 on average if they are independent, at most 1.
     *
     * @param first  at least four vectors
     * @param second of the same objects
     */
    static double distanceCorrelation(float[][] first, float[][] second) {
        double[][] a = centred(first);
        double[][] b = centred(second);
        double ofBoth = product(a, b);
        double ofEach = Math.sqrt(product(a, a) * product(b, b));
        return ofEach > 0 ? ofBoth / ofEach : 0;
    }

    private static double product(double[][] a, double[][] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                sum += i == j ? 0 : a[i][j] * b[i][j];
            }
        }
        return sum;
    }

    /** Distances, centred so that the product of independent samples is 0 on average. */
    private static double[][] centred(float[][] vectors) {
        int n = vectors.length;
        double[][] distances = new double[n][n];
        double[] sums = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                distances[i][j] = i == j ? 0 : Math.sqrt(VectorUtil.squareDistance(vectors[i], vectors[j]));
                sums[i] += distances[i][j];
            }
        }
        double all = Arrays.stream(sums).sum() / ((n - 1.0) * (n - 2));
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                distances[i][j] += all - (sums[i] + sums[j]) / (n - 2);
            }
        }
        return distances;
    }
}
