package org.opensearch.affinity.rank.interest;

import org.opensearch.affinity.item.Exploration;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;

import java.util.Objects;

/** The part of the exploration bonus that an interest contributes, and the seed of a search's random numbers. */
public final class InterestExploration {
    private static final long DAY_MILLIS = 24 * 60 * 60 * 1000L;

    private InterestExploration() {}

    /**
     * The seed of a search's random numbers: the same for one user during one day (UTC).
     *
     * @param user null if there is none
     * @param now  epoch milliseconds
     */
    public static int seed(String user, long now) {
        return Objects.hash(user, now / DAY_MILLIS);
    }

    /**
     * Bonus of an item whose cosine with the interest is 1. The interest's random number depends on its position in
     * {@link Profile#interests()}, the order in which interests were opened: weight and examples change with every event.
     *
     * @param profile that the interest is of
     */
    static float bonus(Interest interest, Profile profile, int seed) {
        double random = Exploration.draw(profile.interests().indexOf(interest), seed);
        return (float) (Exploration.confidenceWidth(interest.events()) * random);
    }
}
