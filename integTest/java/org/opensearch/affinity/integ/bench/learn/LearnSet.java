package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.DataSetQuery;
import org.opensearch.affinity.integ.data.Ordinals;
import org.opensearch.affinity.integ.data.Split;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A data set for methods that learn: two logs, each with held-out items of users. Items that a user has already are not held out.
 *
 * @param valid   for the choice of hyperparameters
 * @param test    scored once; its log also has the held-out items of {@code valid}
 * @param several whether several items per user are held out, as in gowalla's split, or only the next one
 */
record LearnSet(String name, HeldOut valid, HeldOut test, boolean several) {
    /** Number of users that hyperparameters are chosen by. */
    private static final int VALID_USERS = 5_000;
    private static final long SEED = 20_260_101L;
    /** At the end of each line of LightGCN's training files: what NGCF's authors drew at random for their own validation. */
    private static final double RANDOM_PART = 1 / 8.0;

    /**
     * Reads a data set. With {@code train.txt.gz} and {@code test.txt.gz}, a user and the user's items per line, a part of the training
     * items is held out for {@code valid}, as large as the test's part of all: those listed last, before the random ones at the end of
     * each line. Else the folder is a {@link DataSet} with
     * queries, whose relevant items are held out.
     */
    static LearnSet open(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("train.txt.gz"))) {
            return ofLists(folder.toAbsolutePath().normalize());
        }
        DataSet set = DataSet.open(folder);
        for (Split split : Split.values()) {
            if (set.hasQueries(split) == false) {
                throw new IOException(folder + " has no " + split.queryFile() + ".jsonl.gz, whose relevant items would be held out");
            }
        }
        Ordinals items = new Ordinals();
        try (Stream<ObjectNode> lines = set.items()) {
            lines.forEach(item -> items.of(item.path("item_id").asText()));
        }
        Ordinals users = new Ordinals();
        HeldOut valid = next(set, Split.VALID, users, items).sample(VALID_USERS, SEED);
        return new LearnSet(set.name(), valid, next(set, Split.TEST, users, items), false);
    }

    /** Returns the categories of items at their second level, as numbers, in the order of {@link #open}; -1 for none; empty without items. */
    static int[] categories(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("train.txt.gz"))) {
            return new int[0];
        }
        Ordinals categories = new Ordinals();
        try (Stream<ObjectNode> lines = DataSet.open(folder).items()) {
            return lines.mapToInt(item -> {
                String first = item.path("categories").path(0).asText();
                String[] levels = first.split(" > ");
                return first.isEmpty() ? -1 : categories.of(levels[Math.min(1, levels.length - 1)]);
            }).toArray();
        }
    }

    private static HeldOut next(DataSet set, Split split, Ordinals users, Ordinals items) throws IOException {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items.size());
        try (Stream<ObjectNode> log = set.events(split)) {
            log.forEach(event -> {
                Integer item = items.known(event.path("event_attributes").path("object").path("object_id").asText());
                if (item != null) {
                    builder.add(users.of(event.path("user_id").asText()), item, 1,
                        Instant.parse(event.path("timestamp").asText()).toEpochMilli());
                }
            });
        }
        TreeMap<Integer, Collection<Integer>> heldOut = new TreeMap<>();
        for (DataSetQuery query : set.queries(split, Integer.MAX_VALUE)) {
            Integer user = users.known(query.user());
            for (String item : query.relevant()) {
                if (user != null && items.known(item) != null) {
                    heldOut.computeIfAbsent(user, first -> new LinkedHashSet<>()).add(items.known(item));
                }
            }
        }
        return heldOut(builder.build(), heldOut);
    }

    private static HeldOut heldOut(InteractionMatrix interactions, TreeMap<Integer, Collection<Integer>> heldOut) {
        heldOut.headMap(interactions.users())
            .forEach((user, items) -> Arrays.stream(interactions.history(user).items()).forEach(items::remove));
        heldOut.entrySet().removeIf(one -> one.getKey() >= interactions.users() || one.getValue().isEmpty());
        int[] users = heldOut.keySet().stream().mapToInt(Integer::intValue).toArray();
        int[][] lists = heldOut.values().stream().map(items -> items.stream().mapToInt(Integer::intValue).toArray()).toArray(int[][]::new);
        return new HeldOut(interactions, users, lists);
    }

    private static LearnSet ofLists(Path folder) throws IOException {
        List<int[]> trainRows = lists(folder.resolve("train.txt.gz"));
        List<int[]> testRows = lists(folder.resolve("test.txt.gz"));
        int items = 1 + Stream.concat(trainRows.stream(), testRows.stream()).flatMapToInt(row -> Arrays.stream(row).skip(1)).max()
            .orElse(-1);
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        trainRows.forEach(row -> Arrays.stream(row).skip(1).forEach(item -> builder.add(row[0], item, 1, 0)));
        InteractionMatrix interactions = builder.build();
        TreeMap<Integer, Collection<Integer>> heldOut = new TreeMap<>();
        testRows.forEach(row -> heldOut.put(row[0], new LinkedHashSet<>(Arrays.stream(row).skip(1).boxed().toList())));
        HeldOut test = heldOut(interactions, heldOut);
        // As large a part as in the test: the best hyperparameters depend on it.
        double missing = Arrays.stream(test.relevant()).mapToInt(some -> some.length).sum();
        HeldOut valid = listedLast(trainRows, items, missing / (missing + interactions.size())).sample(VALID_USERS, SEED);
        return new LearnSet(folder.getFileName().toString(), valid, test, true);
    }

    private static HeldOut listedLast(List<int[]> rows, int items, double fraction) {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        TreeMap<Integer, Collection<Integer>> heldOut = new TreeMap<>();
        for (int[] row : rows) {
            int size = row.length - 1;
            int end = row.length - (int) Math.round(RANDOM_PART * size);
            int start = end - (int) (fraction * size);
            for (int i = 1; i < row.length; i++) {
                if (i < start || i >= end) {
                    builder.add(row[0], row[i], 1, 0);
                } else {
                    heldOut.computeIfAbsent(row[0], first -> new LinkedHashSet<>()).add(row[i]);
                }
            }
        }
        return heldOut(builder.build(), heldOut);
    }

    /** Reads rows of a user and the user's items. */
    private static List<int[]> lists(Path file) throws IOException {
        List<int[]> rows = new ArrayList<>();
        try (
            BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)),
                StandardCharsets.UTF_8))
        ) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank() == false) {
                    rows.add(Arrays.stream(line.strip().split("\\s+")).mapToInt(Integer::parseInt).toArray());
                }
            }
        } catch (NumberFormatException e) {
            throw new IOException(file + ", line " + (rows.size() + 1) + ": not a list of whole numbers", e);
        }
        return rows;
    }

    @Override
    public String toString() {
        InteractionMatrix interactions = test.training();
        return String.format(
            Locale.ROOT,
            "%s: %,d users, %,d items, %,d interactions; %,d users for validation, %,d for the test",
            name,
            interactions.users(),
            interactions.items(),
            interactions.size(),
            valid.users().length,
            test.users().length
        );
    }
}
