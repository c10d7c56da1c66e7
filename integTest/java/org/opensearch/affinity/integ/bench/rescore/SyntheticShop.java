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
 * Any number of items with words and random vectors as long as a sentence encoder's, and shoppers who each like a few
 * clusters of them; nothing needs encoding. The same each time, and a larger shop begins with the items of a smaller one.
 *
 * @param items     at least {@link #clustered}
 * @param interests how many clusters somebody likes; there are {@value #USERS} shoppers for each of these numbers
 */
record SyntheticShop(int items, List<Integer> interests) {
    static final int DIMENSION = 384;
    static final int USERS = 20;
    private static final int CLUSTER = 5;

    private static final int CROWD = 1_000;
    /** Events of each of the crowd. */
    private static final int TAKEN = 30;
    private static final int VOCABULARY = 200;
    private static final int RAREST_ASKED = 60;
    private static final int COMMONEST_ASKED = 20;
    private static final int FEWEST_WORDS = 5;
    private static final int MOST_WORDS = 30;
    /** Values are whole numbers, so that a million vectors are short as JSON; the field type brings them to unit length. */
    private static final double SCALE = 40;
    /** Of an item around its cluster's centre, so that items of a cluster have a cosine of about 0.9. */
    private static final double SPREAD = 0.33;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    SyntheticShop {
        if (items < clustered(interests)) {
            throw new IllegalArgumentException("a shop needs at least " + clustered(interests) + " items, got " + items);
        }
    }

    /** How many items, the first ones, are liked by somebody. */
    static int clustered(List<Integer> interests) {
        return USERS * CLUSTER * interests.stream().mapToInt(Integer::intValue).sum();
    }

    private int clustered() {
        return clustered(interests);
    }

    /** Everybody, those with as many interests together. */
    List<Shopper> shoppers() {
        List<Shopper> shoppers = new ArrayList<>();
        int cluster = 0;
        for (int wanted : interests) {
            for (int number = 0; number < USERS; number++) {
                shoppers.add(new Shopper(wanted, number, cluster));
                cluster += wanted;
            }
        }
        return shoppers;
    }

    /** Those with so many interests. */
    List<Shopper> shoppers(int wanted) {
        return shoppers().stream().filter(shopper -> shopper.interests() == wanted).toList();
    }

    /**
     * Every step-th item from a given one on, as documents.
     *
     * @param fields that get the same vector
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

    /** The item's number. */
    static int number(String id) {
        return Integer.parseInt(id.substring("item-".length()));
    }

    /** Words of which some are a hundred times as common as others, in titles of different lengths. */
    private static String title(int number) {
        SplittableRandom random = new SplittableRandom(number);
        StringJoiner words = new StringJoiner(" ");
        for (int left = random.nextInt(FEWEST_WORDS, MOST_WORDS + 1); left > 0; left--) {
            double uniform = random.nextDouble();
            words.add("w" + (int) (VOCABULARY * uniform * uniform));
        }
        return words.toString();
    }

    /** Two words that, each, about an eighth of the items have. */
    static String query(int number) {
        SplittableRandom random = new SplittableRandom(~number);
        int first = random.nextInt(COMMONEST_ASKED, RAREST_ASKED);
        int second = random.nextInt(COMMONEST_ASKED, RAREST_ASKED - 1);
        return "w" + first + " w" + (second < first ? second : second + 1);
    }

    /** Not of unit length. */
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

    /** The middle of a cluster that somebody likes; about as long as items' vectors are. */
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

    static String json(int[] vector) {
        StringJoiner values = new StringJoiner(",", "[", "]");
        for (int value : vector) {
            values.add(Integer.toString(value));
        }
        return values.toString();
    }

    /** What one shopper did with one item. */
    record Act(Shopper shopper, String action, int item, Instant time) {}

    /** Everybody acts on every item of the clusters that they like; those of the first cluster are bought. */
    Stream<Act> acts() {
        return shoppers().stream().flatMap(shopper -> IntStream.range(0, shopper.interests() * CLUSTER).mapToObj(i -> {
            int item = shopper.firstCluster() * CLUSTER + i;
            return new Act(shopper, i < CLUSTER ? "purchase" : "click", item, BEGIN.plusSeconds(60L * item));
        }));
    }

    /** The same as events, after those of a crowd that likes some of everything, so that every item goes with many others. */
    Stream<BulkFeed.Document> log() {
        return Stream.concat(crowd(), acts().map(act -> event("event-" + act.item(), act.shopper().user(), act.action(), act.item(), act.time())));
    }

    private Stream<BulkFeed.Document> crowd() {
        return IntStream.range(0, CROWD * TAKEN).mapToObj(i -> {
            int item = new SplittableRandom(i).nextInt(clustered());
            return event("crowd-" + i, "one-" + i / TAKEN, "click", item, BEGIN.plusSeconds(i));
        });
    }

    private static BulkFeed.Document event(String id, String user, String action, int item, Instant time) {
        ObjectNode event = Rest.JSON.createObjectNode();
        event.put("user_id", user).put("action_name", action).put("timestamp", time.toString());
        event.putObject("event_attributes").putObject("object").put("object_id", id(item));
        return new BulkFeed.Document(id, event);
    }
}
