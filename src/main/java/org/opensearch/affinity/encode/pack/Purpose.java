package org.opensearch.affinity.encode.pack;

/** What a text is to be compared as: some models were trained with a prefix that tells them. */
public enum Purpose {
    /** What somebody searches for. */
    QUERY,
    /** What is found. */
    ITEM
}
