package org.opensearch.affinity.evaluate;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Judged queries and their searches, for learning weights. */
public final class JudgedSearches {
    private final EvaluateRequest request;
    private final SearchTemplate template;

    /** @throws IllegalArgumentException if the search is invalid */
    public JudgedSearches(EvaluateRequest request, Tracker tracker, NamedXContentRegistry xContent) {
        this.request = request;
        template = new SearchTemplate(request, tracker, xContent);
    }

    /** Returns all queries. Blocks. */
    public List<JudgedQuery> queries(Client client) {
        JudgedPages pages = new JudgedPages(client, request, total -> {});
        List<JudgedQuery> all = new ArrayList<>();
        try {
            while (true) {
                PlainActionFuture<List<JudgedQuery>> page = PlainActionFuture.newFuture();
                pages.next(page);
                List<JudgedQuery> queries = page.actionGet();
                if (queries.isEmpty()) {
                    return all;
                }
                all.addAll(queries);
            }
        } finally {
            pages.close();
        }
    }

    /** Whether the application's search itself reads stored profiles, so that its results depend on their present state. */
    public boolean asksProfiles() {
        return template.asksProfiles();
    }

    /** Whether the application's search needs the text of a query. */
    public boolean asksText() {
        return template.asksText();
    }

    /** Returns the application's search of a query, without personalisation. */
    public SearchSourceBuilder search(JudgedQuery query) {
        try {
            return template.search(query, RankedBy.PLAIN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
