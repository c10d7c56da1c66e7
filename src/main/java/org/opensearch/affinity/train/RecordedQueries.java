package org.opensearch.affinity.train;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.cluster.StoredSource;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.event.TimeFormat;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.train.QueryCounts.Dropped;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchHits;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An index of UBI's queries, joined with the events of the log that name them. Its fields are found as OpenSearch finds them: by sub-fields
 * and aliases, and times in the format of the mapping. Calls block, and search with the caller's rights.
 */
final class RecordedQueries {
    private static final FieldPath BODY = FieldPath.body("[affinity] ");
    private static final String QUERY_ID = "query_id";
    private static final int HITS_A_SEARCH = 500;
    private static final int IDS_A_SEARCH = 250;

    private final Client client;
    private final String index;
    private final List<String> userFields;
    private final boolean needsText;
    private final QueryCounts counts;
    private final Map<String, MappingMetadata> mappings = new HashMap<>();
    /** Fields that find a query by its id. */
    private final Set<String> idFields = new TreeSet<>();

    /**
     * Counts the queries.
     *
     * @param index     name, alias or pattern
     * @param needsText whether a query without a text cannot be used
     * @param counts    get the outcome
     * @throws IllegalArgumentException if the index does not hold queries that can be found by their ids
     */
    RecordedQueries(
        Client client,
        String index,
        Tracker tracker,
        boolean needsText,
        QueryCounts counts,
        ClusterState state,
        IndexNameExpressionResolver resolver
    ) {
        this.client = client;
        this.index = index;
        this.needsText = needsText;
        this.counts = counts;
        userFields = Stream.concat(tracker.events().fields().user().stream(), EventFields.UBI.user().stream()).distinct().toList();
        // Before mappings are looked at: it is refused to a caller who may not read the index.
        counts.read(search(new SearchSourceBuilder().size(0).trackTotalHits(true)).getTotalHits().value());
        List<IndexMetadata> indices = IndexExpressions.open(new String[] { index }, state, resolver);
        indices.forEach(this::add);
        if (indices.isEmpty() && counts.read() > 0) {
            idFields.add(QUERY_ID); // in another cluster
        }
        if (idFields.isEmpty()) {
            throw BODY.field("ubi_queries").error("must be an index of UBI queries; [" + index + "] has no field [" + QUERY_ID + "]");
        }
    }

    private void add(IndexMetadata metadata) {
        String name = metadata.getIndex().getName();
        MappedField id = MappedField.of(QUERY_ID, metadata.mapping());
        mappings.put(name, metadata.mapping());
        if (id.type() == null) {
            return;
        }
        MappedField exact = id.exactField("");
        if (exact == null) {
            throw BODY.field("ubi_queries")
                .error(
                    "must be an index that finds a query by its id: field [" + QUERY_ID + "] of index [" + name
                        + "] must be a [keyword] or have a sub-field of that type, got [" + id.type() + "]"
                );
        }
        if (StoredSource.of(metadata.mapping()).keeps(id.sourcePath()) == false) {
            throw BODY.field("ubi_queries").error("must be an index that keeps [_source]; [" + name + "] does not keep [" + QUERY_ID + "]");
        }
        idFields.add(exact.path());
    }

    private SearchHits search(SearchSourceBuilder source) {
        return client.search(new SearchRequest(index).source(source).allowPartialSearchResults(false)).actionGet().getHits();
    }

    /** A record of a query that events name. */
    private record Recorded(String id, Map<String, Object> source, MappingMetadata mapping, Instant time) {}

    /** Returns the judged queries of which both the record and the choice are known, in an order that depends on their ids alone. */
    List<JudgedQuery> join(ChosenItems chosen) {
        List<String> ids = chosen.queries();
        List<JudgedQuery> queries = new ArrayList<>();
        long found = 0;
        long records = 0;
        for (int from = 0; from < ids.size(); from += IDS_A_SEARCH) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + IDS_A_SEARCH));
            Map<String, List<Recorded>> byId = new HashMap<>();
            records += find(some, byId);
            found += byId.size();
            some.stream()
                .filter(byId::containsKey)
                .map(id -> query(byId.get(id), chosen.after(id)))
                .filter(Objects::nonNull)
                .forEach(queries::add);
        }
        long withoutEvent = Math.max(0, counts.read() - records);
        // Each of them is assumed to be recorded once.
        long omitted = Math.min(chosen.omitted(), withoutEvent);
        counts.drop(Dropped.NOT_DRAWN, omitted);
        counts.drop(Dropped.NO_EVENT, withoutEvent - omitted);
        counts.joined(queries.size(), ids.size() - found);
        return queries;
    }

    /** Finds records by id and returns their number. Those beyond {@value #HITS_A_SEARCH} of one id are counted, but not found. */
    private long find(List<String> ids, Map<String, List<Recorded>> into) {
        BoolQueryBuilder anyField = QueryBuilders.boolQuery().minimumShouldMatch(1);
        idFields.forEach(field -> anyField.should(QueryBuilders.termsQuery(field, ids)));
        SearchSourceBuilder source = new SearchSourceBuilder().size(HITS_A_SEARCH).trackTotalHits(true);
        SearchHits hits = search(source.query(QueryBuilders.boolQuery().filter(anyField)));
        long total = hits.getTotalHits().value();
        if (total > HITS_A_SEARCH && ids.size() > 1) {
            return find(ids.subList(0, ids.size() / 2), into) + find(ids.subList(ids.size() / 2, ids.size()), into);
        }
        long records = 0;
        Set<String> wanted = Set.copyOf(ids);
        for (SearchHit hit : hits) {
            MappingMetadata mapping = mappings.get(hit.getIndex());
            String id = hit.hasSource() ? value(QUERY_ID, hit.getSourceAsMap(), mapping) : null;
            if (id != null && wanted.contains(id)) {
                Recorded recorded = new Recorded(id, hit.getSourceAsMap(), mapping, time(hit, mapping));
                into.computeIfAbsent(id, first -> new ArrayList<>()).add(recorded);
                records++;
            }
        }
        long beyond = Math.max(0, total - HITS_A_SEARCH);
        counts.drop(Dropped.REPEATED, beyond);
        return records + beyond;
    }

    /**
     * Returns the judged query of the earliest record that has a time.
     *
     * @param records of one id
     * @param chosen  items by user; a query that events of several users name is that of the user whom its record names
     * @return null if it cannot be used
     */
    private JudgedQuery query(List<Recorded> records, Map<String, Set<String>> chosen) {
        counts.drop(Dropped.REPEATED, records.size() - 1);
        Recorded first = records.stream()
            .filter(recorded -> recorded.time != null)
            .min(Comparator.comparing(Recorded::time))
            .orElse(null);
        if (first == null) {
            counts.drop(Dropped.NO_TIMESTAMP, 1);
            return null;
        }
        String user = chosen.size() == 1 ? chosen.keySet().iterator().next() : userOf(first, chosen.keySet());
        String text = value("user_query", first.source, first.mapping);
        if (user == null || needsText && text == null) {
            counts.drop(user == null ? Dropped.SEVERAL_USERS : Dropped.NO_USER_QUERY, 1);
            return null;
        }
        Map<String, Double> relevant = new HashMap<>();
        chosen.get(user).forEach(item -> relevant.put(item, 1.0));
        return new JudgedQuery(first.id, user, text == null ? "" : text, first.time.toEpochMilli(), relevant);
    }

    /** Returns which of some users a record names; null for none of them. */
    private String userOf(Recorded recorded, Set<String> users) {
        return userFields.stream()
            .map(field -> value(field, recorded.source, recorded.mapping))
            .filter(users::contains)
            .findFirst()
            .orElse(null);
    }

    /** Returns the time of a record; null if it has none, or one that is unreadable or implausible. */
    private static Instant time(SearchHit hit, MappingMetadata mapping) {
        MappedField field = MappedField.of("timestamp", mapping);
        String text = value(field.path(), hit.getSourceAsMap(), mapping);
        try {
            Instant time = text == null ? null : TimeFormat.of(MappedField.of(field.sourcePath(), mapping)).parse(text);
            return time == null || TimeFormat.skipReason(time, System.currentTimeMillis()) != null ? null : time;
        } catch (RuntimeException e) {
            return null;
        }
    }

    /** Returns the value of a field; null without one, if it is blank, or if there are several different ones. */
    static String value(String field, Map<String, Object> source, MappingMetadata mapping) {
        Set<String> values = new LinkedHashSet<>();
        addValues(XContentMapValues.extractValue(MappedField.of(field, mapping).sourcePath(), source), values);
        return values.size() == 1 ? values.iterator().next() : null;
    }

    private static void addValues(Object value, Set<String> into) {
        switch (value) {
            case null -> {
            }
            case List<?> list -> list.forEach(element -> addValues(element, into));
            case Map<?, ?> object -> {
            }
            case Double number when Double.isFinite(number) -> into.add(BigDecimal.valueOf(number).stripTrailingZeros().toPlainString());
            default -> {
                if (value.toString().isBlank() == false) {
                    into.add(value.toString());
                }
            }
        }
    }
}
