package org.opensearch.affinity.rank.interest;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.logging.HeaderWarning;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Warnings of searches whose items have vectors of another dimension than the interests of the user. Such items have no affinity. */
public final class DimensionWarnings {
    private static final String REBUILD = "rebuild the profiles with [POST /_plugins/_affinity/trackers/";

    private DimensionWarnings() {}

    /**
     * Returns a warning if a profile has interests of several dimensions, of which only those of the heaviest interest's dimension count; empty
     * if not. It is added when the look-up's result is put into the search: a header that a look-up adds may be lost beside other look-ups.
     */
    public static List<String> ofProfile(Profile profile, Tracker tracker) {
        Set<Integer> dimensions = profile == null
            ? Set.of()
            : profile.heaviestFirst(tracker.decay()).stream().map(Interest::dimension).collect(Collectors.toCollection(TreeSet::new));
        if (dimensions.size() < 2) {
            return List.of();
        }
        return List.of(
            "[affinity] the profile has interests of dimensions " + dimensions + " and only those of one count: " + REBUILD + tracker.name()
                + "/_rebuild]"
        );
    }

    /** Warns if the items of a shard have vectors of another dimension than the interests. */
    public static void ofItems(InterestVectors interests, List<LeafReaderContext> leaves) {
        int other = interests.isEmpty() ? 0 : interests.otherDimension(leaves);
        if (other != 0) {
            HeaderWarning.addWarning(
                "[affinity] field [" + interests.field() + "] has dimension [" + other + "], the interests of the profile have ["
                    + interests.dimension() + "]: affinity does not count; " + REBUILD + "{name}/_rebuild]"
            );
        }
    }
}
