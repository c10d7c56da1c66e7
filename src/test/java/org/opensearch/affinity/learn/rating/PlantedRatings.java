package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.RowMatrix;

import java.util.Random;

/** Generated ratings: biases, dot products of short vectors, and noise. */
final class PlantedRatings {
    private final float[][] users;
    private final float[][] items;
    private final double noise;
    private final Random random;

    /** @param dimension of the vectors; vectors and biases each cause half of the variance, apart from the noise */
    PlantedRatings(int users, int items, int dimension, double noise, Random random) {
        this.users = RowMatrix.random(users, dimension + 1, 1, random.nextLong());
        this.items = RowMatrix.random(items, dimension + 1, 1, random.nextLong());
        this.noise = noise;
        this.random = random;
    }

    /** Returns a rating without noise: mean about 3, standard deviation about 1. */
    private double rating(int user, int item) {
        double product = 0;
        for (int d = 1; d < users[user].length; d++) {
            product += users[user][d] * items[item][d];
        }
        return 3 + 0.5 * (users[user][0] + items[item][0]) + Math.sqrt(0.5 / (users[user].length - 1)) * product;
    }

    /** Returns ratings of random users and items. */
    Ratings draw(int size) {
        Ratings.Builder builder = new Ratings.Builder(items.length);
        for (int i = 0; i < size; i++) {
            int user = random.nextInt(users.length);
            int item = random.nextInt(items.length);
            builder.add(user, item, (float) (rating(user, item) + noise * random.nextGaussian()));
        }
        return builder.build();
    }

    /** Returns the error of a model for other pairs, including their noise. */
    double rmse(RatingModel model, Ratings known) {
        double squares = 0;
        for (int i = 0; i < 5_000; i++) {
            int user = random.nextInt(users.length);
            int item = random.nextInt(items.length);
            double error = model.predict(model.user(known.of(user)), item) - rating(user, item) - noise * random.nextGaussian();
            squares += error * error;
        }
        return Math.sqrt(squares / 5_000);
    }
}
