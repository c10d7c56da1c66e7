/**
 * Items: their rows, vectors and ids. <em>Item rows</em> are stored in the index {@code .affinity-items-<tracker>}, one for each
 * item, with what all users did with it ({@code ItemRow}, {@code ItemRowIndex}, {@code ItemRowPages}). The <em>item table</em> is a
 * node's copy of these rows in memory, from which searches read popularities ({@code ItemTable}, {@code ItemTables};
 * {@code PopularitySnapshot} computes them).
 */
package org.opensearch.affinity.item;
