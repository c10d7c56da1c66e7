package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Writes documents into one index in their order, one bulk request after another. A document that exists already counts as
 * written, so an interrupted feed can be sent again. Documents that a busy node rejects (429) are retried; any other rejection
 * ends the feed with a {@link RestFailure}.
 */
public final class BulkFeed {
    private static final int MOST_ATTEMPTS = 20;

    private final Rest rest;
    private final String index;
    private final int size;

    /** @param size documents per bulk request */
    public BulkFeed(Rest rest, String index, int size) {
        this.rest = rest;
        this.index = index;
        this.size = size;
    }

    /** A document to be indexed. */
    public record Document(String id, ObjectNode source) {}

    /**
     * Sends all documents.
     *
     * @param progress receives the number of documents written so far, after each bulk request
     * @return the number of documents
     */
    public long send(Stream<Document> documents, LongConsumer progress) {
        Iterator<Document> iterator = documents.iterator();
        List<Document> bulk = new ArrayList<>();
        long total = 0;
        while (iterator.hasNext()) {
            bulk.add(iterator.next());
            if (bulk.size() == size || iterator.hasNext() == false) {
                write(bulk);
                total += bulk.size();
                bulk.clear();
                progress.accept(total);
            }
        }
        return total;
    }

    private void write(List<Document> bulk) {
        List<Document> unwritten = List.copyOf(bulk);
        for (int attempt = 1; unwritten.isEmpty() == false; attempt++) {
            unwritten = rejected(unwritten, rest.lines("/" + index + "/_bulk", lines(unwritten)));
            if (unwritten.isEmpty() == false) {
                if (attempt == MOST_ATTEMPTS) {
                    throw new RestFailure(429, unwritten.size() + " documents for [" + index + "] were rejected " + MOST_ATTEMPTS
                        + " times: the node is too busy");
                }
                Pause.millis(100L * attempt);
            }
        }
    }

    /** Returns the documents to be sent again. */
    private List<Document> rejected(List<Document> sent, JsonNode answer) {
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
                throw new RestFailure(status, "[" + index + "] rejected document [" + sent.get(i).id() + "]: " + result.path("error"));
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
}
