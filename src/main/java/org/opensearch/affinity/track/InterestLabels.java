package org.opensearch.affinity.track;

import org.opensearch.action.search.MultiSearchRequest;
import org.opensearch.action.search.MultiSearchResponse;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.bucket.terms.SignificantTerms;
import org.opensearch.search.aggregations.bucket.terms.SignificantTextAggregationBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Says in words what interests are about: the terms that their example items have more often than the catalogue (the
 * engine's significant text), and the titles of those items. Thread-safe.
 */
public final class InterestLabels {
    private static final int TERMS = 3;
    private static final int CANDIDATES = 20;
    private static final Pattern WORD = Pattern.compile("\\p{L}{3,}|.*\\p{IsIdeographic}.*");

    /**
     * @param terms  most characteristic first; none when the items have no text
     * @param titles by example item
     */
    public record Label(List<String> terms, Map<String, String> titles) {}

    private final Client client;

    public InterestLabels(Client client) {
        this.client = client;
    }

    /** Labels interests in their order. An interest whose items cannot be read gets an empty label. */
    public void label(Tracker.Items items, List<Interest> interests, ActionListener<List<Label>> listener) {
        if (interests.isEmpty() || items.textFields().isEmpty()) {
            listener.onResponse(interests.stream().map(interest -> new Label(List.of(), Map.of())).toList());
            return;
        }
        MultiSearchRequest searches = new MultiSearchRequest();
        interests.forEach(interest -> searches.add(search(items, interest)));
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client.multiSearch(searches, ActionListener.map(listener, response -> {
                List<Label> labels = new ArrayList<>();
                for (MultiSearchResponse.Item item : response) {
                    labels.add(item.isFailure() ? new Label(List.of(), Map.of()) : label(items, item.getResponse()));
                }
                return labels;
            }));
        }
    }

    private static SearchRequest search(Tracker.Items items, Interest interest) {
        List<String> examples = interest.examples().stream().map(Interest.Example::item).toList();
        boolean byDocumentId = items.idField().equals("_id");
        QueryBuilder query = byDocumentId
            ? QueryBuilders.idsQuery().addIds(examples.toArray(String[]::new))
            : QueryBuilders.termsQuery(items.idField(), examples);
        SearchSourceBuilder source = new SearchSourceBuilder().query(query).size(examples.size());
        source.fetchSource(items.textFields().toArray(String[]::new), null);
        if (byDocumentId == false) {
            source.docValueField(items.idField());
        }
        for (String field : items.textFields()) {
            source.aggregation(new SignificantTextAggregationBuilder(field, field).minDocCount(1).size(CANDIDATES));
        }
        SearchRequest request = new SearchRequest(items.index()).source(source);
        request.pipeline("_none");
        return request;
    }

    private static Label label(Tracker.Items items, SearchResponse response) {
        List<SignificantTerms.Bucket> buckets = new ArrayList<>();
        for (String field : items.textFields()) {
            SignificantTerms terms = response.getAggregations().get(field);
            terms.forEach(buckets::add);
        }
        // What most of the examples share says more than the rarest word of one.
        buckets.removeIf(bucket -> WORD.matcher(bucket.getKeyAsString()).matches() == false);
        buckets.sort(
            Comparator.comparingLong(SignificantTerms.Bucket::getDocCount)
                .thenComparingDouble(SignificantTerms.Bucket::getSignificanceScore)
                .reversed()
        );
        Set<String> best = new LinkedHashSet<>();
        for (SignificantTerms.Bucket bucket : buckets) {
            if (best.size() < TERMS) {
                best.add(bucket.getKeyAsString());
            }
        }
        Map<String, String> titles = new HashMap<>();
        for (SearchHit hit : response.getHits()) {
            Object id = items.idField().equals("_id") ? hit.getId() : hit.field(items.idField()).getValue();
            Object title = hit.getSourceAsMap() == null ? null : hit.getSourceAsMap().get(items.textFields().get(0));
            if (title != null) {
                titles.put(id.toString(), title.toString());
            }
        }
        return new Label(List.copyOf(best), titles);
    }
}
