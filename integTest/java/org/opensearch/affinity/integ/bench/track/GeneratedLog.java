package org.opensearch.affinity.integ.bench.track;

import java.time.Instant;
import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * Generates an endless behaviour log as JSON documents of UBI events, by time: many concurrent sessions, each with a few events on items
 * that its user likes, mostly popular ones. A twentieth of the users has half of the sessions. The log depends on the constructor's
 * parameters alone. Not thread-safe.
 */
final class GeneratedLog implements Iterator<String> {
    /** Number of concurrent sessions: events of a session are close to one another in the log. */
    static final int OPEN = 2_000;
    /** Number of clusters that a user likes. */
    static final int LIKED_CLUSTERS = 4;
    private static final int REGULAR_USERS_DIVISOR = 20;
    private static final int FEWEST_EVENTS = 2;
    private static final int MOST_EVENTS = 8;
    private static final double OTHER_CLUSTER_RATE = 0.1;
    private static final double PURCHASE_RATE = 0.1;
    private static final double ADD_RATE = 0.2;
    private static final long MILLIS_BETWEEN = 30;
    private static final long BEGIN = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    private static final class Session {
        private int user;
        private int left;
    }

    private final int users;
    private final int items;
    private final int clusters;
    private final SplittableRandom random;
    private final Session[] sessions = new Session[OPEN];
    private long time = BEGIN;

    /**
     * @param users    number of users that may occur
     * @param items    number of items, {@code item-0} to {@code item-<items - 1>}; at least as many as clusters
     * @param clusters number of clusters of the items, see {@link ClusteredItems}
     */
    GeneratedLog(int users, int items, int clusters, long seed) {
        this.users = users;
        this.items = items;
        this.clusters = clusters;
        random = new SplittableRandom(seed);
        for (int i = 0; i < OPEN; i++) {
            sessions[i] = new Session();
        }
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public String next() {
        Session session = sessions[random.nextInt(OPEN)];
        if (session.left == 0) {
            session.user = random.nextBoolean() ? random.nextInt(Math.max(1, users / REGULAR_USERS_DIVISOR)) : random.nextInt(users);
            session.left = random.nextInt(FEWEST_EVENTS, MOST_EVENTS + 1);
        }
        session.left--;
        time += MILLIS_BETWEEN;
        return event("user-" + session.user, action(), "item-" + item(session.user), time);
    }

    /**
     * An event of UBI 1.3.0 as JSON.
     *
     * @param time in epoch milliseconds
     */
    static String event(String user, String action, String item, long time) {
        return "{\"application\":\"bench\",\"action_name\":\"" + action + "\",\"user_id\":\"" + user + "\",\"client_id\":\"" + user
            + "\",\"timestamp\":\"" + Instant.ofEpochMilli(time) + "\",\"event_attributes\":{\"object\":{\"object_id\":\"" + item
            + "\",\"object_id_field\":\"_id\"}}}";
    }

    private String action() {
        double drawn = random.nextDouble();
        return drawn < PURCHASE_RATE ? "purchase" : drawn < PURCHASE_RATE + ADD_RATE ? "add_to_cart" : "view";
    }

    private int item(int user) {
        int cluster = random.nextDouble() < OTHER_CLUSTER_RATE
            ? random.nextInt(clusters) : likedCluster(user, random.nextInt(LIKED_CLUSTERS));
        // Uniform on a logarithmic scale: the popularity of the k-th item of a cluster is about 1 / k.
        int rank = (int) Math.pow(items / clusters, random.nextDouble()) - 1;
        return rank * clusters + cluster;
    }

    /** A cluster that a user likes. */
    private int likedCluster(int user, int number) {
        double drawn = new SplittableRandom(user * (long) LIKED_CLUSTERS + number).nextDouble();
        return (int) (clusters * drawn * drawn);
    }
}
