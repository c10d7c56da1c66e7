package org.opensearch.affinity.learn.rating;

/**
 * The distribution of the ratings. Models learn from standard scores, so that their settings fit any scale of ratings. All numbers
 * are 0 without ratings.
 *
 * @param mean      of all ratings
 * @param deviation the standard deviation; 0 if all ratings are equal
 * @param min       the smallest rating
 * @param max       the largest rating
 */
public record RatingScale(double mean, double deviation, double min, double max) {
    static RatingScale of(float[] ratings) {
        if (ratings.length == 0) {
            return new RatingScale(0, 0, 0, 0);
        }
        double sum = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (float rating : ratings) {
            sum += rating;
            min = Math.min(min, rating);
            max = Math.max(max, rating);
        }
        double mean = sum / ratings.length;
        double squares = 0;
        for (float rating : ratings) {
            squares += (rating - mean) * (rating - mean);
        }
        return new RatingScale(mean, Math.sqrt(squares / ratings.length), min, max);
    }

    /** Returns the difference of a rating from the mean, in standard deviations; 0 if all ratings are equal. */
    double standardScore(float rating) {
        return deviation == 0 ? 0 : (rating - mean) / deviation;
    }

    /** Returns the place in the range of the ratings of the rating of a standard score, from 0 to 1; 0 if all ratings are equal. */
    public double place(double standardScore) {
        return max == min ? 0 : (rating(standardScore) - min) / (max - min);
    }

    /** Returns which part of the range of the ratings a difference of standard scores is; 0 if all ratings are equal. */
    public double part(double difference) {
        return max == min ? 0 : deviation * difference / (max - min);
    }

    /** Returns the rating of a standard score, clamped to the range of the ratings. */
    double rating(double standardScore) {
        return Math.max(min, Math.min(max, mean + deviation * standardScore));
    }
}
