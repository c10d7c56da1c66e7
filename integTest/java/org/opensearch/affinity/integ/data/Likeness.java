package org.opensearch.affinity.integ.data;

/** How alike the vectors are that two encoders made of the same texts. */
public final class Likeness {
    private Likeness() {}

    /** The cosine of the pair that is least alike; NaN when a vector is not finite or has no length. */
    public static double least(float[][] some, float[][] others) {
        if (some.length != others.length) {
            throw new IllegalArgumentException(some.length + " vectors against " + others.length);
        }
        double least = 1;
        for (int i = 0; i < some.length; i++) {
            // Math.min keeps NaN: one broken vector must not hide among good ones.
            least = Math.min(least, cosine(some[i], others[i]));
        }
        return least;
    }

    public static double cosine(float[] a, float[] b) {
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
