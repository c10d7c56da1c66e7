package org.opensearch.affinity.integ.bench.track;

import java.time.Instant;
import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * A behaviour log without end that nobody left, as JSON documents of UBI events in the order of their times: many sessions at
 * a time, each of a few events on items that its user likes, popular ones more than others. Half of the sessions are those of
 * a twentieth of the users. The same each time for the same numbers. Not thread-safe.
 */
final class GeneratedLog implements Iterator<String> {
    /** Sessions that go on at a time, which is what makes users come back within a short stretch of the log. */
    static final int OPEN = 2_000;
    /** How many clusters of items a user likes. */
    static final int TASTES = 4;
    private static final int REGULARS = 20;
    private static final int FEWEST_EVENTS = 2;
    private static final int MOST_EVENTS = 8;
    private static final double STRAYS = 0.1;
    private static final double BUYS = 0.1;
    private static final double ADDS = 0.2;
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
     * @param items    {@code item-0} to {@code item-<items - 1>}, at least as many as clusters
     * @param clusters of the items, see {@code ClusteredItems}
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
            session.user = random.nextBoolean() ? random.nextInt(Math.max(1, users / REGULARS)) : random.nextInt(users);
            session.left = random.nextInt(FEWEST_EVENTS, MOST_EVENTS + 1);
        }
        session.left--;
        time += MILLIS_BETWEEN;
        return event("user-" + session.user, action(), "item-" + item(session.user), time);
    }

    /**
     * An event as UBI 1.3.0 has it.
     *
     * @param time epoch milliseconds
     */
    static String event(String user, String action, String item, long time) {
        return "{\"application\":\"bench\",\"action_name\":\"" + action + "\",\"user_id\":\"" + user + "\",\"client_id\":\"" + user
            + "\",\"timestamp\":\"" + Instant.ofEpochMilli(time) + "\",\"event_attributes\":{\"object\":{\"object_id\":\"" + item
            + "\",\"object_id_field\":\"_id\"}}}";
    }

    private String action() {
        double drawn = random.nextDouble();
        return drawn < BUYS ? "purchase" : drawn < BUYS + ADDS ? "add_to_cart" : "view";
    }

    private int item(int user) {
        int cluster = random.nextDouble() < STRAYS ? random.nextInt(clusters) : taste(user, random.nextInt(TASTES));
        // Logarithmically even, so the k-th item of a cluster is about as popular as 1 / k.
        int rank = (int) Math.pow(items / clusters, random.nextDouble()) - 1;
        return rank * clusters + cluster;
    }

    /** A cluster that a user likes. */
    private int taste(int user, int number) {
        double drawn = new SplittableRandom(user * (long) TASTES + number).nextDouble();
        return (int) (clusters * drawn * drawn);
    }
}
