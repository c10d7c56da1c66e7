package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Writes documents into one index in their order, one bulk after another. A document is created once: one that is there
 * already counts as written, so a feed that was cut off can be sent again. Documents that the node refuses for being busy
 * (429) are offered again; any other refusal ends the feed.
 */
public final class BulkFeed {
    private static final int PATIENCE = 20;

    private final Rest rest;
    private final String index;
    private final int size;

    /** @param size documents a bulk */
    public BulkFeed(Rest rest, String index, int size) {
        this.rest = rest;
        this.index = index;
        this.size = size;
    }

    /** A document and its id. */
    public record Document(String id, ObjectNode source) {}

    /**
     * Sends all documents.
     *
     * @param written told after each bulk how many are written so far
     * @return how many there were
     */
    public long send(Stream<Document> documents, LongConsumer written) {
        Iterator<Document> rest = documents.iterator();
        List<Document> bulk = new ArrayList<>();
        long total = 0;
        while (rest.hasNext()) {
            bulk.add(rest.next());
            if (bulk.size() == size || rest.hasNext() == false) {
                write(bulk);
                total += bulk.size();
                bulk.clear();
                written.accept(total);
            }
        }
        return total;
    }

    private void write(List<Document> bulk) {
        List<Document> left = List.copyOf(bulk);
        for (int attempt = 1; left.isEmpty() == false; attempt++) {
            left = refused(left, rest.lines("/" + index + "/_bulk", lines(left)));
            if (left.isEmpty() == false) {
                if (attempt == PATIENCE) {
                    throw new RestFailure(429, left.size() + " documents for [" + index + "] were refused " + PATIENCE + " times: the node is too busy");
                }
                pause(100L * attempt);
            }
        }
    }

    /** The documents to be offered again. */
    private List<Document> refused(List<Document> sent, JsonNode answer) {
        List<Document> again = new ArrayList<>();
        if (answer.path("errors").asBoolean() == false) {
            return again;
        }
        for (int i = 0; i < sent.size(); i++) {
            JsonNode result = answer.path("items").path(i).path("create");
            int status = result.path("status").asInt();
            if (status == 429) {
                again.add(sent.get(i));
            } else if (status >= 400 && status != 409) {
                throw new RestFailure(status, "[" + index + "] refused document [" + sent.get(i).id() + "]: " + result.path("error"));
            }
        }
        return again;
    }

    private static String lines(List<Document> documents) {
        StringBuilder lines = new StringBuilder();
        for (Document document : documents) {
            ObjectNode action = Rest.JSON.createObjectNode();
            action.putObject("create").put("_id", document.id());
            lines.append(action).append('\n').append(document.source()).append('\n');
        }
        return lines.toString();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestFailure(0, "interrupted while waiting for a busy node");
        }
    }
}
