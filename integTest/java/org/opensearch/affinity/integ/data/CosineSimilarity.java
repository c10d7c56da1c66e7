package org.opensearch.affinity.integ.data;

/** The cosine of vectors, to compare encoders. */
public final class CosineSimilarity {
    private CosineSimilarity() {}

    /** The least cosine of all pairs with the same index; NaN when a vector is zero or not finite. */
    public static double least(float[][] a, float[][] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(a.length + " vectors against " + b.length);
        }
        double least = 1;
        for (int i = 0; i < a.length; i++) {
            // Math.min keeps NaN.
            least = Math.min(least, of(a[i], b[i]));
        }
        return least;
    }

    /** The cosine of two vectors of any length; NaN when one is zero. */
    public static double of(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("a vector of " + a.length + " numbers against one of " + b.length);
        }
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
