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

/** Judged queries and the searches they were asked with, for whoever learns from them. */
public final class JudgedSearches {
    private final EvaluateRequest request;
    private final SearchTemplate template;

    /** @throws IllegalArgumentException naming what is wrong with the search, and what would be right */
    public JudgedSearches(EvaluateRequest request, Tracker tracker, NamedXContentRegistry xContent) {
        this.request = request;
        template = new SearchTemplate(request, tracker, xContent);
    }

    /** All queries. Blocks, so it is for threads of our own. */
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

    /** Whether the application's search itself asks for somebody's profile: its results are those of today. */
    public boolean asksProfiles() {
        return template.asksProfiles();
    }

    /** The application's search of a query, as nobody is. */
    public SearchSourceBuilder search(JudgedQuery query) {
        try {
            return template.search(query, RankedBy.PLAIN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
