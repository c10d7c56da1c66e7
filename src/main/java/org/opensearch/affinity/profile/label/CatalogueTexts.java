package org.opensearch.affinity.profile.label;

import org.apache.lucene.index.Fields;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.opensearch.action.search.MultiSearchRequest;
import org.opensearch.action.search.MultiSearchResponse;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.termvectors.MultiTermVectorsItemResponse;
import org.opensearch.action.termvectors.MultiTermVectorsRequest;
import org.opensearch.action.termvectors.TermVectorsRequest;
import org.opensearch.action.termvectors.TermVectorsResponse;
import org.opensearch.affinity.profile.label.CharacteristicTerms.Text;
import org.opensearch.affinity.profile.label.CharacteristicTerms.Token;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.document.DocumentField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads the texts of a tracker's items as their index analyzed them, and counts the items that match phrases. Runs in the caller's
 * thread context. Thread-safe.
 */
final class CatalogueTexts {
    /**
     * The texts of one item.
     *
     * @param title the value of the first text field; null if it is missing or empty
     * @param texts the analyzed text fields that the item has
     */
    record Item(String title, List<Text> texts) {}

    private final Client client;
    private final TrackedItems items;

    CatalogueTexts(Client client, TrackedItems items) {
        this.client = client;
        this.items = items;
    }

    /** Reads the texts of items by item id. Items that do not exist are missing in the result. */
    void read(Collection<String> ids, ActionListener<Map<String, Item>> listener) {
        client.search(search(ids), ActionListener.wrap(found -> {
            MultiTermVectorsRequest vectors = new MultiTermVectorsRequest();
            List<SearchHit> hits = List.of(found.getHits().getHits());
            hits.forEach(hit -> vectors.add(termVectors(hit)));
            if (hits.isEmpty()) {
                listener.onResponse(Map.of());
                return;
            }
            client.multiTermVectors(vectors, ActionListener.map(listener, read -> {
                Map<String, Item> texts = new HashMap<>();
                for (int i = 0; i < hits.size(); i++) {
                    Item item = item(hits.get(i), read.getResponses()[i]);
                    ids(hits.get(i)).forEach(id -> texts.put(id, item));
                }
                return texts;
            }));
        }, listener::onFailure));
    }

    private SearchRequest search(Collection<String> ids) {
        boolean byDocumentId = items.idField().equals("_id");
        QueryBuilder query = byDocumentId
            ? QueryBuilders.idsQuery().addIds(ids.toArray(String[]::new))
            : QueryBuilders.termsQuery(items.idField(), ids);
        SearchSourceBuilder source = new SearchSourceBuilder().query(query).size(ids.size());
        source.fetchSource(false);
        // Also finds the values of sub-fields, which _source does not have.
        items.textFields().forEach(source::fetchField);
        if (byDocumentId == false) {
            source.docValueField(items.idField());
        }
        return new SearchRequest(items.index()).source(source).pipeline("_none");
    }

    private TermVectorsRequest termVectors(SearchHit hit) {
        TermVectorsRequest request = new TermVectorsRequest(hit.getIndex(), hit.getId());
        request.selectedFields(items.textFields().toArray(String[]::new));
        request.positions(true).offsets(true).payloads(false).termStatistics(true).fieldStatistics(true);
        DocumentField routing = hit.field("_routing");
        return routing == null ? request : request.routing(routing.getValue());
    }

    private List<String> ids(SearchHit hit) {
        if (items.idField().equals("_id")) {
            return List.of(hit.getId());
        }
        return hit.field(items.idField()).getValues().stream().map(Object::toString).toList();
    }

    private Item item(SearchHit hit, MultiTermVectorsItemResponse read) throws IOException {
        List<Text> texts = new ArrayList<>();
        TermVectorsResponse vectors = read.getResponse();
        if (vectors != null && vectors.isExists()) {
            Fields fields = vectors.getFields();
            for (String field : items.textFields()) {
                Terms terms = fields.terms(field);
                if (terms != null) {
                    String text = text(hit, field);
                    texts.add(new Text(field, text, tokens(terms, text)));
                }
            }
        }
        String title = text(hit, items.textFields().getFirst());
        return new Item(title.isEmpty() ? null : title, texts);
    }

    /** Returns a field's text; several values are joined by one character, as offsets of their terms are one apart. Empty without one. */
    private static String text(SearchHit hit, String field) {
        DocumentField values = hit.field(field);
        return values == null ? "" : values.getValues().stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    /** Returns the tokens in the order of the text, without those that are not in it, such as synonyms. */
    private static List<Token> tokens(Terms terms, String text) throws IOException {
        List<Token> tokens = new ArrayList<>();
        double documentCount = Math.max(1, terms.getDocCount());
        TermsEnum termsEnum = terms.iterator();
        while (termsEnum.next() != null) {
            String term = termsEnum.term().utf8ToString();
            double share = Math.clamp(termsEnum.docFreq() / documentCount, 1 / documentCount, 1);
            PostingsEnum postings = termsEnum.postings(null, PostingsEnum.ALL);
            postings.nextDoc();
            for (int left = postings.freq(); left > 0; left--) {
                int position = postings.nextPosition();
                int start = postings.startOffset();
                int end = postings.endOffset();
                if (start >= 0 && start < end && end <= text.length()) {
                    tokens.add(new Token(term, text.substring(start, end), position, start, end, share));
                }
            }
        }
        tokens.sort(Comparator.comparingInt(Token::position).thenComparingInt(Token::start));
        return tokens;
    }

    /**
     * Counts the items with each of the phrases in its field.
     *
     * @param listener called with the counts in the order of the phrases; -1 for a phrase whose search failed
     */
    void countPhrases(List<CharacteristicTerms.Candidate> phrases, ActionListener<List<Long>> listener) {
        List<QueryBuilder> queries = new ArrayList<>();
        phrases.forEach(phrase -> queries.add(QueryBuilders.matchPhraseQuery(phrase.field(), phrase.words())));
        count(queries, listener);
    }

    /**
     * Counts the items with each of the text fields.
     *
     * @param listener called with the counts in the order of the fields; -1 for a field whose search failed
     */
    void countItems(ActionListener<List<Long>> listener) {
        count(items.textFields().stream().map(field -> (QueryBuilder) QueryBuilders.existsQuery(field)).toList(), listener);
    }

    private void count(List<QueryBuilder> queries, ActionListener<List<Long>> listener) {
        if (queries.isEmpty()) {
            listener.onResponse(List.of());
            return;
        }
        MultiSearchRequest searches = new MultiSearchRequest();
        for (QueryBuilder query : queries) {
            SearchSourceBuilder source = new SearchSourceBuilder().size(0).trackTotalHits(true).query(query);
            searches.add(new SearchRequest(items.index()).source(source).pipeline("_none"));
        }
        client.multiSearch(searches, ActionListener.map(listener, found -> {
            List<Long> counts = new ArrayList<>();
            for (MultiSearchResponse.Item item : found) {
                counts.add(item.isFailure() ? -1 : item.getResponse().getHits().getTotalHits().value());
            }
            return counts;
        }));
    }
}
