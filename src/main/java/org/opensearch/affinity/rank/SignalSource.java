package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;

import java.io.IOException;

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
    }

    /**
     * Opens the values of one segment.
     *
     * @param similarities of the same segment's documents
     */
    Values open(LeafReaderContext leaf, SegmentSimilarities similarities) throws IOException;
}
