package org.opensearch.affinity.integ.bench.rescore;

/**
 * A user of a {@link SyntheticShop} who likes some clusters of its items.
 *
 * @param interests    number of clusters
 * @param number       among the users with as many interests, from 0
 * @param firstCluster number of the first cluster; the others follow it
 */
record Shopper(int interests, int number, int firstCluster) {
    /** The user id. */
    String user() {
        return "user-" + interests + "-" + number;
    }
}
