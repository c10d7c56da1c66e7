package org.opensearch.affinity.learn.neighbour;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.TopK;

/** What is needed to count with whom an item was taken, as {@link Neighbourhood} weighs it. */
final class CoOccurrences {
    private final InteractionMatrix log;
    private final ItemColumns columns;
    private final double[] byUser;
    private final double[] byFrom;
    private final float[] byTo;
    private final float[] forward;
    private final float[] backward;
    private final int most;

    CoOccurrences(InteractionMatrix log, Neighbourhood settings) {
        this.log = log;
        columns = new ItemColumns(log);
        byUser = powers(log.userDegrees(), settings.user());
        double[] degrees = log.itemDegrees();
        byFrom = powers(degrees.clone(), settings.from());
        double[] found = powers(degrees, settings.to());
        byTo = new float[found.length];
        for (int item = 0; item < found.length; item++) {
            byTo[item] = (float) found[item];
        }
        forward = new float[Neighbourhood.REACH + 1];
        backward = new float[Neighbourhood.REACH + 1];
        for (int apart = 1; apart <= Neighbourhood.REACH; apart++) {
            forward[apart] = (float) Math.pow(settings.closeness(), apart - 1);
            backward[apart] = (float) (settings.backward() * forward[apart]);
        }
        most = settings.most();
    }

    /** Degrees to the minus exponent, in place; 0 for who has none. */
    private static double[] powers(double[] degrees, double exponent) {
        for (int i = 0; i < degrees.length; i++) {
            degrees[i] = degrees[i] > 0 ? Math.pow(degrees[i], -exponent) : 0;
        }
        return degrees;
    }

    Counter counter() {
        return new Counter();
    }

    /** Counts for one item after another: a number an item of the catalogue. For one thread. */
    final class Counter {
        private final float[] sums = new float[log.items()];
        private final int[] met = new int[log.items()];
        private int known;

        /** The items that go with one best, with their similarities. */
        TopK count(int item) {
            for (int row = columns.start(item); row < columns.end(item); row++) {
                meet(columns.user(row), columns.place(row), byFrom[item]);
            }
            TopK best = new TopK(most);
            for (int i = 0; i < known; i++) {
                float similarity = sums[met[i]] * byTo[met[i]];
                if (similarity > 0 && Float.isFinite(similarity)) {
                    best.offer(met[i], similarity);
                }
                sums[met[i]] = 0;
            }
            known = 0;
            return best;
        }

        private void meet(int user, int place, double from) {
            float weight = (float) (log.weight(place) * byUser[user] * from);
            int first = Math.max(log.start(user), place - Neighbourhood.REACH);
            for (int other = first; other < place; other++) {
                add(log.item(other), weight * log.weight(other) * backward[place - other]);
            }
            int last = Math.min(log.end(user) - 1, place + Neighbourhood.REACH);
            for (int other = place + 1; other <= last; other++) {
                add(log.item(other), weight * log.weight(other) * forward[other - place]);
            }
        }

        private void add(int item, float by) {
            // What is too small for a float would make an item met again and again.
            if (by > 0) {
                if (sums[item] == 0) {
                    met[known++] = item;
                }
                sums[item] += by;
            }
        }
    }
}
