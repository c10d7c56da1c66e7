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
 * A data set as methods that learn see it: two logs, each with what should be found besides. What a user has already is not wanted.
 *
 * @param valid   what settings are chosen by
 * @param test    what is scored once; its log has all that valid has, and what was wanted there
 * @param several whether many items a user are wanted, as in gowalla's split, and not the next one alone
 */
record LearnSet(String name, HeldOut valid, HeldOut test, boolean several) {
    /** Of users, for choosing: more would only take longer. */
    private static final int ASKED = 3_000;
    private static final long SEED = 20_260_101L;

    /**
     * Reads {@code train.txt.gz} and {@code test.txt.gz} (a user and his items a line, no times: as large a part of each user's items
     * as the test has of all is for choosing), or else a {@link DataSet} with queries, of which only who asked when and for what matters.
     */
    static LearnSet open(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("train.txt.gz"))) {
            return ofLists(folder.toAbsolutePath().normalize());
        }
        DataSet set = DataSet.open(folder);
        for (Split split : Split.values()) {
            if (set.hasQueries(split) == false) {
                throw new IOException(folder + " has no " + split.queryFile() + ".jsonl.gz, so nobody knows what should be found");
            }
        }
        Ordinals items = new Ordinals();
        try (Stream<ObjectNode> lines = set.items()) {
            lines.forEach(item -> items.of(item.path("item_id").asText()));
        }
        Ordinals users = new Ordinals();
        HeldOut valid = next(set, Split.VALID, users, items).sample(ASKED, SEED);
        return new LearnSet(set.name(), valid, next(set, Split.TEST, users, items), false);
    }

    private static HeldOut next(DataSet set, Split split, Ordinals users, Ordinals items) throws IOException {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items.size());
        try (Stream<ObjectNode> log = set.events(split)) {
            log.forEach(event -> {
                Integer item = items.known(event.path("event_attributes").path("object").path("object_id").asText());
                if (item != null) {
                    builder.add(users.of(event.path("user_id").asText()), item, 1, Instant.parse(event.path("timestamp").asText()).toEpochMilli());
                }
            });
        }
        TreeMap<Integer, Collection<Integer>> wanted = new TreeMap<>();
        for (DataSetQuery query : set.queries(split, Integer.MAX_VALUE)) {
            Integer user = users.known(query.user());
            for (String item : query.relevant()) {
                if (user != null && items.known(item) != null) {
                    wanted.computeIfAbsent(user, first -> new LinkedHashSet<>()).add(items.known(item));
                }
            }
        }
        return heldOut(builder.build(), wanted);
    }

    private static HeldOut heldOut(InteractionMatrix log, TreeMap<Integer, Collection<Integer>> wanted) {
        wanted.headMap(log.users()).forEach((user, items) -> Arrays.stream(log.history(user).items()).forEach(items::remove));
        wanted.entrySet().removeIf(one -> one.getKey() >= log.users() || one.getValue().isEmpty());
        int[] users = wanted.keySet().stream().mapToInt(Integer::intValue).toArray();
        int[][] lists = wanted.values().stream().map(items -> items.stream().mapToInt(Integer::intValue).toArray()).toArray(int[][]::new);
        return new HeldOut(log, users, lists);
    }

    private static LearnSet ofLists(Path folder) throws IOException {
        List<int[]> train = lists(folder.resolve("train.txt.gz"));
        List<int[]> test = lists(folder.resolve("test.txt.gz"));
        int items = 1 + Stream.concat(train.stream(), test.stream()).flatMapToInt(row -> Arrays.stream(row).skip(1)).max().orElse(-1);
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        train.forEach(row -> Arrays.stream(row).skip(1).forEach(item -> builder.add(row[0], item, 1, 0)));
        InteractionMatrix log = builder.build();
        TreeMap<Integer, Collection<Integer>> wanted = new TreeMap<>();
        test.forEach(row -> wanted.put(row[0], new LinkedHashSet<>(Arrays.stream(row).skip(1).boxed().toList())));
        HeldOut asked = heldOut(log, wanted);
        // What suits somebody of whom a tenth is missing need not suit somebody of whom a fifth is.
        double missing = Arrays.stream(asked.relevant()).mapToInt(some -> some.length).sum();
        HeldOut valid = HeldOut.random(log, missing / (missing + log.size()), SEED).sample(ASKED, SEED);
        return new LearnSet(folder.getFileName().toString(), valid, asked, true);
    }

    /** A user and his items a line. */
    private static List<int[]> lists(Path file) throws IOException {
        List<int[]> rows = new ArrayList<>();
        try (
            BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))
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
        InteractionMatrix log = test.training();
        return String.format(
            Locale.ROOT,
            "%s: %,d users, %,d items, %,d interactions; %,d users to choose by, %,d to test",
            name,
            log.users(),
            log.items(),
            log.size(),
            valid.users().length,
            test.users().length
        );
    }
}
