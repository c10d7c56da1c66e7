package org.opensearch.affinity.rank;

import java.io.IOException;
import java.util.List;

/** Reads one signal of the documents of one shard. There is one for each signal and search; several threads may read segments of it. */
interface SignalSource {
    /** The value of a document that has none; {@link ItemSignals} makes 0 of it. */
    double MISSING = Double.NaN;

    /** The values of one segment. Not thread-safe. */
    interface Values {
        /**
         * The value of a document as {@link org.opensearch.affinity.tracker.Signal#of} takes it: from 0 to 1, or the number or date of a
         * field; {@link #MISSING} if there is none.
         *
         * @param doc number in the segment, not lower than that of the call before
         */
        double of(int doc) throws IOException;

        /**
         * What items of the user's history add to the value of a document, the largest first; empty if the signal is no part of a model.
         *
         * @param doc as for {@link #of}
         */
        default List<SignalScorer.HistoryShare> shares(int doc) throws IOException {
            return List.of();
        }
    }

    /** Opens the values of one segment. */
    Values open(SegmentItems items) throws IOException;
}
