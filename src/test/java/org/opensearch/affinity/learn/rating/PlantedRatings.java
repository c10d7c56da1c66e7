package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.RowMatrix;

import java.util.Random;

/** Ratings that are known to be biases, products of vectors of few numbers, and noise. */
final class PlantedRatings {
    private final float[][] users;
    private final float[][] items;
    private final double noise;
    private final Random random;

    /** @param dimension of the vectors; half of what ratings vary by is theirs, the other half that of biases, and noise is on top */
    PlantedRatings(int users, int items, int dimension, double noise, Random random) {
        this.users = RowMatrix.random(users, dimension + 1, 1, random.nextLong());
        this.items = RowMatrix.random(items, dimension + 1, 1, random.nextLong());
        this.noise = noise;
        this.random = random;
    }

    /** About 3 on average, with a deviation of about 1 and noise. */
    private double rating(int user, int item) {
        double product = 0;
        for (int d = 1; d < users[user].length; d++) {
            product += users[user][d] * items[item][d];
        }
        return 3 + 0.5 * (users[user][0] + items[item][0]) + Math.sqrt(0.5 / (users[user].length - 1)) * product;
    }

    /** Of users and items drawn by chance. */
    Ratings draw(int many) {
        Ratings.Builder builder = new Ratings.Builder(items.length);
        for (int i = 0; i < many; i++) {
            int user = random.nextInt(users.length);
            int item = random.nextInt(items.length);
            builder.add(user, item, (float) (rating(user, item) + noise * random.nextGaussian()));
        }
        return builder.build();
    }

    /** How far a model is from ratings of other pairs, noise among them. */
    double rmse(RatingModel model, Ratings known) {
        double squares = 0;
        for (int i = 0; i < 5_000; i++) {
            int user = random.nextInt(users.length);
            int item = random.nextInt(items.length);
            double miss = model.predict(model.user(known.of(user)), item) - rating(user, item) - noise * random.nextGaussian();
            squares += miss * miss;
        }
        return Math.sqrt(squares / 5_000);
    }
}
