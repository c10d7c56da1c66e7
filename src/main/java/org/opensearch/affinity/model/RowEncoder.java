package org.opensearch.affinity.model;

import org.opensearch.core.common.io.stream.Writeable;

/** How a part of a model makes values of signals from the rows of items, stored beside the rows. */
public sealed interface RowEncoder extends Writeable permits PartEncoder, RatingPart {
    /** Returns the number of dimensions of a row. */
    int dimension();
}
