package org.opensearch.affinity.encode.pack;

/** The role of a text in a search. Some models were trained with a prefix for each role, see {@link ModelPack#prefix}. */
public enum Purpose {
    /** The text of a query. */
    QUERY,
    /** The text of an item. */
    ITEM
}
