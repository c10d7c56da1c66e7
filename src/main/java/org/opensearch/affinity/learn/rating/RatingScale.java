package org.opensearch.affinity.learn.rating;

/**
 * The numbers that people rate by. What is learned is in standard deviations from the mean, so that settings fit stars and
 * percents alike. All are 0 where nobody rated.
 *
 * @param mean      of all ratings
 * @param deviation their standard deviation, 0 where all are the same
 * @param least     that was given
 * @param most      that was given
 */
public record RatingScale(double mean, double deviation, double least, double most) {
    static RatingScale of(float[] ratings) {
        if (ratings.length == 0) {
            return new RatingScale(0, 0, 0, 0);
        }
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (float rating : ratings) {
            sum += rating;
            least = Math.min(least, rating);
            most = Math.max(most, rating);
        }
        double mean = sum / ratings.length;
        double squares = 0;
        for (float rating : ratings) {
            squares += (rating - mean) * (rating - mean);
        }
        return new RatingScale(mean, Math.sqrt(squares / ratings.length), least, most);
    }

    /** How many deviations a rating is above the mean; 0 where all are the same. */
    double standard(float rating) {
        return deviation == 0 ? 0 : (rating - mean) / deviation;
    }

    /** The rating so many deviations above the mean, or the nearest one between the least and the most. */
    double rating(double standard) {
        return Math.max(least, Math.min(most, mean + deviation * standard));
    }
}
