/**
 * A user's interests in one search: their vectors, how much each counts at this moment, and the affinity of an item that follows.
 * Start reading at {@code InterestVectors}.
 */
package org.opensearch.affinity.rank.interest;
