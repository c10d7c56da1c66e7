package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A folder with items, events and, in most sets, judged queries: {@code items.jsonl.gz}, {@code events-train.jsonl.gz},
 * {@code events-valid.jsonl.gz}, {@code queries-valid.jsonl.gz}, {@code queries-test.jsonl.gz}. A set without queries has one
 * {@code events.jsonl.gz}; a set of ratings may have {@code ratings-test.jsonl.gz} (see {@code RatingSet}). Each line is a JSON
 * object. Streams must be closed.
 *
 * @param lastEvents      how many of each user's newest events are read; null for all
 * @param newItems        items whose events are left out; null for none
 * @param newcomers       users of whom few events are read, and whose queries alone; null for none
 * @param queriesNewItems with {@code newItems}: whether to read the queries whose relevant items are all new, or those without new ones
 */
public record DataSet(Path folder, Integer lastEvents, NewItems newItems, boolean queriesNewItems, Newcomers newcomers) {
    private static final String ENDING = ".jsonl.gz";

    /** @throws IOException naming the file of items or events that is missing */
    public static DataSet open(Path folder) throws IOException {
        DataSet set = new DataSet(folder.toAbsolutePath().normalize(), null, null, false, null);
        if (Files.isDirectory(set.folder) == false) {
            throw new IOException("there is no folder " + set.folder);
        }
        if (set.has("items") == false) {
            throw new IOException(set.folder + " has no items" + ENDING + "; a data set needs items" + ENDING + " and events-train"
                + ENDING);
        }
        if (set.has("events-train") == false && set.has("events") == false) {
            throw new IOException(set.folder + " has neither events-train" + ENDING + " nor events" + ENDING);
        }
        return set;
    }

    /** The same set with only the newest events of each user. */
    public DataSet withLastEvents(int events) {
        return new DataSet(folder, events, newItems, queriesNewItems, newcomers);
    }

    /** The same set without the events of some items. */
    public DataSet withoutEventsOf(NewItems items) {
        return new DataSet(folder, lastEvents, items, queriesNewItems, newcomers);
    }

    /** The same set with the events of all items, and all queries. */
    public DataSet withNewItems() {
        return new DataSet(folder, lastEvents, null, false, newcomers);
    }

    /** The same set with only the queries for new items. */
    public DataSet queryingNewItems() {
        return new DataSet(folder, lastEvents, newItems, true, newcomers);
    }

    /** The same set with few events of some users, and only their queries. */
    public DataSet with(Newcomers users) {
        return new DataSet(folder, lastEvents, newItems, queriesNewItems, users);
    }

    /** The folder's name. */
    public String name() {
        return folder.getFileName().toString();
    }

    /** Whether there are judged queries of this split. */
    public boolean hasQueries(Split split) {
        return has(split.queryFile());
    }

    /** The items: {@code item_id}, {@code title}, {@code categories} and perhaps more. */
    public Stream<ObjectNode> items() throws IOException {
        return lines("items");
    }

    /** The UBI events that may be known before the queries of a split, in the order of the log, as far as {@link #lastEvents} allows. */
    public Stream<ObjectNode> events(Split split) throws IOException {
        if (lastEvents == null) {
            return log(split);
        }
        BitSet newest;
        try (Stream<ObjectNode> log = log(split)) {
            newest = NewestEvents.of(log, lastEvents);
        }
        int[] position = { 0 };
        return log(split).filter(event -> newest.get(position[0]++));
    }

    /** All UBI events before the queries of a split, in the order of the log. */
    public Stream<ObjectNode> log(Split split) throws IOException {
        Stream<ObjectNode> all = Stream.empty();
        for (String part : parts(split)) {
            all = Stream.concat(all, part(part));
        }
        return all;
    }

    /** The parts of the log before the queries of a split, oldest first. */
    public List<String> parts(Split split) {
        return has("events") ? List.of("events") : split.eventFiles().stream().filter(this::has).toList();
    }

    /** The events of one part of the log. */
    public Stream<ObjectNode> part(String part) throws IOException {
        Stream<ObjectNode> events = newcomers == null ? lines(part) : withFewEvents(part);
        return newItems == null
            ? events : events.filter(event -> newItems.has(event.at("/event_attributes/object/object_id").asText()) == false);
    }

    private Stream<ObjectNode> withFewEvents(String part) throws IOException {
        BitSet newest = new BitSet();
        if (newcomers.events() > 0 && part.equals(parts(Split.TEST).getFirst())) {
            try (Stream<ObjectNode> log = lines(part)) {
                newest = NewestEvents.of(log, newcomers.events());
            }
        }
        BitSet kept = newest;
        int[] position = { 0 };
        return lines(part).filter(event -> kept.get(position[0]++) || newcomers.has(event.path("user_id").asText()) == false);
    }

    /** The first judged queries of a split, in the order of the file. */
    public List<DataSetQuery> queries(Split split, int limit) throws IOException {
        try (Stream<ObjectNode> lines = judged(split, limit)) {
            return lines.map(DataSet::judged).toList();
        }
    }

    /** The first judged queries of a split, as JSON. */
    public Stream<ObjectNode> judged(Split split, int limit) throws IOException {
        return lines(split.queryFile())
            .filter(query -> newcomers == null || newcomers.has(query.path("user_id").asText()))
            .filter(query -> newItems == null || newItems.part(query.path("relevant")) == (queriesNewItems ? 1 : 0)).limit(limit);
    }

    private static DataSetQuery judged(ObjectNode line) {
        Set<String> relevant = new LinkedHashSet<>();
        line.path("relevant").forEach(item -> relevant.add(item.asText()));
        return new DataSetQuery(line.path("query_id").asText(), line.path("user_id").asText(), line.path("user_query").asText(), relevant);
    }

    /** Whether there is a file of this name, without its ending. */
    public boolean has(String file) {
        return Files.isRegularFile(path(file));
    }

    private Path path(String file) {
        return folder.resolve(file + ENDING);
    }

    private Stream<ObjectNode> lines(String file) throws IOException {
        Path path = path(file);
        BufferedReader reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(path), 1 << 16),
            StandardCharsets.UTF_8));
        int[] number = { 0 };
        return reader.lines().filter(line -> line.isBlank() == false).map(line -> object(path, ++number[0], line))
            .onClose(() -> close(reader));
    }

    private static ObjectNode object(Path path, int number, String line) {
        try {
            JsonNode node = Rest.JSON.readTree(line);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new UncheckedIOException(new IOException(path + ", line " + number + ": not a JSON object"));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(new IOException(path + ", line " + number + ": " + e.getOriginalMessage(), e));
        }
    }

    private static void close(BufferedReader reader) {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
