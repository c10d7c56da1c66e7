package org.opensearch.affinity.integ.bench.rescore;

/**
 * Somebody who likes some clusters of a {@link SyntheticShop}'s items, and nothing else.
 *
 * @param interests    how many clusters
 * @param number       among those who have so many interests, from 0
 * @param firstCluster of the shop's clusters; the others follow it
 */
record Shopper(int interests, int number, int firstCluster) {
    /** As whom it acts and searches. */
    String user() {
        return "user-" + interests + "-" + number;
    }
}
