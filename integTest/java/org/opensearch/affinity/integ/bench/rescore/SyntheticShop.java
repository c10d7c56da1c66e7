package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Rest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A generated shop: any number of items with words and random vectors of a sentence encoder's dimension, and users who each like a few
 * clusters of items. It depends on its numbers alone, and a larger shop begins with the items of a smaller one.
 *
 * @param items     number of items, at least {@link #clustered}
 * @param interests numbers of clusters that a user likes; there are {@value #USERS} users for each of them
 */
record SyntheticShop(int items, List<Integer> interests) {
    static final int DIMENSION = 384;
    static final int USERS = 20;
    private static final int CLUSTER = 5;

    private static final int OTHER_USERS = 1_000;
    /** Events of each of the other users. */
    private static final int OTHER_EVENTS = 30;
    private static final int VOCABULARY = 200;
    private static final int RAREST_ASKED = 60;
    private static final int COMMONEST_ASKED = 20;
    private static final int FEWEST_WORDS = 5;
    private static final int MOST_WORDS = 30;
    /** Values are integers, so that vectors are short as JSON; the field type normalises them. */
    private static final double SCALE = 40;
    /** Deviation of an item from its cluster's centre: items of a cluster have a cosine of about 0.9. */
    private static final double SPREAD = 0.33;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    SyntheticShop {
        if (items < clustered(interests)) {
            throw new IllegalArgumentException("a shop needs at least " + clustered(interests) + " items, got " + items);
        }
    }

    /** Number of items in clusters that users like; these are the first ones. */
    static int clustered(List<Integer> interests) {
        return USERS * CLUSTER * interests.stream().mapToInt(Integer::intValue).sum();
    }

    private int clustered() {
        return clustered(interests);
    }

    /** All users, by number of interests. */
    List<Shopper> shoppers() {
        List<Shopper> shoppers = new ArrayList<>();
        int cluster = 0;
        for (int count : interests) {
            for (int number = 0; number < USERS; number++) {
                shoppers.add(new Shopper(count, number, cluster));
                cluster += count;
            }
        }
        return shoppers;
    }

    /** The users with so many interests. */
    List<Shopper> shoppers(int count) {
        return shoppers().stream().filter(shopper -> shopper.interests() == count).toList();
    }

    /**
     * Returns every {@code step}-th item as a document.
     *
     * @param fields that contain the vector
     */
    Stream<BulkFeed.Document> items(int from, int step, Iterable<String> fields) {
        return IntStream.iterate(from, number -> number < items, number -> number + step).mapToObj(number -> item(number, fields));
    }

    private BulkFeed.Document item(int number, Iterable<String> fields) {
        ObjectNode item = Rest.JSON.createObjectNode().put("title", title(number));
        RawValue vector = new RawValue(json(vector(number)));
        fields.forEach(field -> item.putRawValue(field, vector));
        return new BulkFeed.Document(id(number), item);
    }

    static String id(int number) {
        return "item-" + number;
    }

    /** The number of an item. */
    static int number(String id) {
        return Integer.parseInt(id.substring("item-".length()));
    }

    /** A title of random length. Some words are a hundred times as frequent as others. */
    private static String title(int number) {
        SplittableRandom random = new SplittableRandom(number);
        StringJoiner words = new StringJoiner(" ");
        for (int left = random.nextInt(FEWEST_WORDS, MOST_WORDS + 1); left > 0; left--) {
            double uniform = random.nextDouble();
            words.add("w" + (int) (VOCABULARY * uniform * uniform));
        }
        return words.toString();
    }

    /** A query of two words; about an eighth of the items contain each. */
    static String query(int number) {
        SplittableRandom random = new SplittableRandom(~number);
        int first = random.nextInt(COMMONEST_ASKED, RAREST_ASKED);
        int second = random.nextInt(COMMONEST_ASKED, RAREST_ASKED - 1);
        return "w" + first + " w" + (second < first ? second : second + 1);
    }

    /** The vector of an item; not of unit length. */
    int[] vector(int number) {
        double[] gaussian = gaussian(number);
        if (number < clustered()) {
            double[] centre = centre(number / CLUSTER);
            for (int i = 0; i < DIMENSION; i++) {
                gaussian[i] = centre[i] + SPREAD * gaussian[i];
            }
        }
        return IntStream.range(0, DIMENSION).map(i -> (int) Math.round(SCALE * gaussian[i])).toArray();
    }

    /** The centre of a cluster that a user likes; about as long as the vectors of items. */
    static int[] liked(Shopper shopper, int interest) {
        double[] centre = centre(shopper.firstCluster() + interest);
        return IntStream.range(0, DIMENSION).map(i -> (int) Math.round(SCALE * centre[i])).toArray();
    }

    private static double[] centre(int cluster) {
        return gaussian(-1L - cluster);
    }

    private static double[] gaussian(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        return IntStream.range(0, DIMENSION).mapToDouble(i -> random.nextGaussian()).toArray();
    }

    /** A vector as a JSON array. */
    static String json(int[] vector) {
        StringJoiner values = new StringJoiner(",", "[", "]");
        for (int value : vector) {
            values.add(Integer.toString(value));
        }
        return values.toString();
    }

    /** An action of a user on an item. */
    record Action(Shopper shopper, String name, int item, Instant time) {}

    /** Each user acts on every item of the liked clusters and buys those of the first one. */
    Stream<Action> actions() {
        return shoppers().stream().flatMap(shopper -> IntStream.range(0, shopper.interests() * CLUSTER).mapToObj(i -> {
            int item = shopper.firstCluster() * CLUSTER + i;
            return new Action(shopper, i < CLUSTER ? "purchase" : "click", item, BEGIN.plusSeconds(60L * item));
        }));
    }

    /** The log: events of other users with random items, so that the model has neighbours of every item, then {@link #actions}. */
    Stream<BulkFeed.Document> log() {
        return Stream.concat(otherUsers(), actions().map(SyntheticShop::event));
    }

    private static BulkFeed.Document event(Action action) {
        return event("event-" + action.item(), action.shopper().user(), action.name(), action.item(), action.time());
    }

    private Stream<BulkFeed.Document> otherUsers() {
        return IntStream.range(0, OTHER_USERS * OTHER_EVENTS).mapToObj(i -> {
            int item = new SplittableRandom(i).nextInt(clustered());
            return event("crowd-" + i, "one-" + i / OTHER_EVENTS, "click", item, BEGIN.plusSeconds(i));
        });
    }

    private static BulkFeed.Document event(String id, String user, String action, int item, Instant time) {
        ObjectNode event = Rest.JSON.createObjectNode();
        event.put("user_id", user).put("action_name", action).put("timestamp", time.toString());
        event.putObject("event_attributes").putObject("object").put("object_id", id(item));
        return new BulkFeed.Document(id, event);
    }
}
