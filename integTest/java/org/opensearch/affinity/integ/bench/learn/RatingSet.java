package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Ordinals;
import org.opensearch.affinity.integ.data.Split;
import org.opensearch.affinity.learn.rating.HeldOutRatings;
import org.opensearch.affinity.learn.rating.Ratings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The ratings of a data set: its events whose {@code event_attributes.rating} is a number. With {@code ratings-test.jsonl.gz}, that file
 * is the test part, {@code events-valid} is the validation part and {@code events-train} is known. Without it, the newest rating of each
 * user with at least three rated items is in the test part and the one before it in the validation part. Of several ratings of an item
 * by a user only the newest counts.
 *
 * @param split kind of the test part, {@code ratings-test} or {@code newest}
 * @param valid for the choice of hyperparameters
 * @param test  predicted once; the held-out ratings of {@code valid} are known
 */
record RatingSet(String name, String split, HeldOutRatings valid, HeldOutRatings test) {
    private static final String TEST = "ratings-test";
    private static final int LEAST_RATINGS = 3;

    /**
     * A rating.
     *
     * @param given its value
     * @param time  in epoch milliseconds
     */
    record Rating(int user, int item, float given, long time) {}

    /**
     * Reads the ratings of a set; empty when it has none, or no user with enough ratings to hold some out.
     *
     * @throws IOException also when the test part has ratings but another part has none
     */
    static Optional<RatingSet> open(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("train.txt.gz"))) {
            return Optional.empty();
        }
        DataSet set = DataSet.open(folder);
        Ordinals users = new Ordinals();
        Ordinals items = new Ordinals();
        if (set.has(TEST)) {
            List<Rating> train = required(set, "events-train", users, items);
            List<Rating> valid = required(set, "events-valid", users, items);
            List<Rating> test = required(set, TEST, users, items);
            return Optional.of(of(set.name(), TEST, items.size(), train, valid, test));
        }
        List<Rating> all = new ArrayList<>();
        for (String part : set.parts(Split.TEST)) {
            all.addAll(ratings(set, part, users, items));
        }
        return newest(set.name(), items.size(), all);
    }

    private static List<Rating> required(DataSet set, String part, Ordinals users, Ordinals items) throws IOException {
        List<Rating> ratings = set.has(part) ? ratings(set, part, users, items) : List.of();
        if (ratings.isEmpty()) {
            throw new IOException(set.folder() + " has " + TEST + ".jsonl.gz, but no ratings in " + part + ".jsonl.gz");
        }
        return ratings;
    }

    private static List<Rating> ratings(DataSet set, String part, Ordinals users, Ordinals items) throws IOException {
        try (Stream<ObjectNode> events = set.part(part)) {
            return events.filter(event -> given(event).isNumber()).map(event -> {
                int user = users.of(event.path("user_id").asText());
                int item = items.of(event.path("event_attributes").path("object").path("object_id").asText());
                return new Rating(user, item, given(event).floatValue(), Instant.parse(event.path("timestamp").asText()).toEpochMilli());
            }).toList();
        }
    }

    private static JsonNode given(ObjectNode event) {
        return event.path("event_attributes").path("rating");
    }

    private static Optional<RatingSet> newest(String name, int items, List<Rating> all) {
        List<Rating> train = new ArrayList<>();
        List<Rating> valid = new ArrayList<>();
        List<Rating> test = new ArrayList<>();
        for (List<Rating> own : byUser(all)) {
            int known = own.size() < LEAST_RATINGS ? own.size() : own.size() - 2;
            train.addAll(own.subList(0, known));
            if (known < own.size()) {
                valid.add(own.get(known));
                test.add(own.get(known + 1));
            }
        }
        return test.isEmpty() ? Optional.empty() : Optional.of(of(name, "newest", items, train, valid, test));
    }

    /** The newest rating of each item by user, oldest first. */
    private static Collection<List<Rating>> byUser(List<Rating> all) {
        Map<Integer, Map<Integer, Rating>> newest = new TreeMap<>();
        all.stream().sorted(Comparator.comparingLong(Rating::time)).forEach(one -> {
            Map<Integer, Rating> own = newest.computeIfAbsent(one.user(), first -> new LinkedHashMap<>());
            own.remove(one.item());
            own.put(one.item(), one);
        });
        return newest.values().stream().map(own -> List.copyOf(own.values())).toList();
    }

    private static RatingSet of(String name, String split, int items, List<Rating> train, List<Rating> valid, List<Rating> test) {
        List<Rating> both = Stream.concat(train.stream(), valid.stream()).toList();
        return new RatingSet(name, split, heldOut(items, train, valid), heldOut(items, both, test));
    }

    private static HeldOutRatings heldOut(int items, List<Rating> known, List<Rating> asked) {
        Ratings.Builder builder = new Ratings.Builder(items);
        known.stream().sorted(Comparator.comparingLong(Rating::time)).forEach(one -> builder.add(one.user, one.item, one.given));
        Stream<Rating> byUser = asked.stream().sorted(Comparator.comparingInt(Rating::user));
        return new HeldOutRatings(builder.build(), byUser.map(one -> new HeldOutRatings.Rating(one.user, one.item, one.given)).toList());
    }

    @Override
    public String toString() {
        return String.format(
            Locale.ROOT,
            "%,d ratings by %,d users of %,d items; %,d more for validation, %,d for the test",
            valid.known().size(),
            valid.known().users(),
            valid.known().items(),
            valid.asked().size(),
            test.asked().size()
        );
    }
}
