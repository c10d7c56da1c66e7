package org.opensearch.affinity.event;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.search.SearchPhaseExecutionException;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.index.Index;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.reindex.BulkByScrollResponse;
import org.opensearch.index.reindex.DeleteByQueryAction;
import org.opensearch.index.reindex.DeleteByQueryRequest;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchService;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The events of one user in a tracker's behaviour log, to be deleted. They are found by queries on the fields that name the user,
 * made for the mapping of each index. Deletes with the permissions of the caller's thread context.
 *
 * <p>A number is one user in every notation, see {@link Values#plainText}, while a string of the same characters is that of its notation:
 * the number 42.0 is the user {@code 42}, and the string {@code "42.0"} is another. Indices of keywords cannot tell them apart. So for a
 * name that is a number, the query finds all notations, and the documents that it finds are read before they are deleted.
 */
public final class UserEvents {
    /**
     * The result of a deletion, in numbers of events.
     *
     * @param found     matched the user
     * @param deleted   were deleted
     * @param conflicts were overwritten meanwhile and still exist
     * @param failures  could not be deleted for other reasons
     */
    public record Deleted(long found, long deleted, long conflicts, long failures) implements Writeable {
        private static final Format FORMAT = Format.first(Deleted.class);
        static final Deleted NONE = new Deleted(0, 0, 0, 0);

        public Deleted(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Deleted(Frame in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(found);
                out.writeVLong(deleted);
                out.writeVLong(conflicts);
                out.writeVLong(failures);
            }
        }

        private Deleted plus(BulkByScrollResponse more) {
            long failed = more.getBulkFailures().size() + more.getSearchFailures().size();
            return new Deleted(
                found + more.getTotal(),
                deleted + more.getDeleted(),
                conflicts + more.getVersionConflicts(),
                failures + failed
            );
        }
    }

    private static final Set<String> KEYWORDS = Set.of("keyword", "wildcard");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final int PAGE = 500;
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(5);

    /**
     * The events of the user in one index.
     *
     * @param query  finds them, and perhaps others
     * @param reader of the documents that the query finds; null if it finds no others
     */
    private record InIndex(String index, QueryBuilder query, EventReader reader) {}

    private final String user;
    private final String[] expressions;
    private final List<InIndex> indices = new ArrayList<>();

    /**
     * Prepares the queries.
     *
     * @param user by the name in the log
     * @throws IllegalArgumentException  if an index has events, but its mapping does not allow to find those of the user
     * @throws OpenSearchStatusException (503) if an index has a shard that is not available, which may have events of the user
     */
    public UserEvents(Tracker tracker, String user, ClusterState state, IndexNameExpressionResolver resolver) {
        this.user = user;
        boolean allNotations = SearchService.ALLOW_EXPENSIVE_QUERIES.get(state.metadata().settings());
        expressions = tracker.events().expressions();
        Set<Index> found = new LinkedHashSet<>();
        LogShards.of(tracker, state, resolver).forEach(logShard -> found.add(logShard.shard().getIndex()));
        for (Index name : found) {
            IndexMetadata index = state.metadata().getIndexSafe(name);
            if (state.routingTable().index(name).allPrimaryShardsActive() == false) {
                throw new OpenSearchStatusException(
                    "[affinity] [events] of this user cannot all be found, for index [" + name.getName()
                        + "] has shards that are not available; try again when its health is not red, or leave [events] out",
                    RestStatus.SERVICE_UNAVAILABLE
                );
            }
            boolean empty = index.mapping() == null || index.mapping().sourceAsMap().containsKey("properties") == false;
            if (empty == false) {
                boolean isNumber = NUMBER.matcher(user).matches();
                EventReader reader = isNumber ? new EventReader(tracker.events().fields(), tracker.contexts(), index.mapping()) : null;
                indices.add(new InIndex(name.getName(), query(tracker.events().fields().user(), user, allNotations, index), reader));
            }
        }
    }

    /** Returns the query for events in which the first of the fields that has a value names the user, as {@link EventReader} reads it. */
    private static QueryBuilder query(List<String> fields, String user, boolean allNotations, IndexMetadata index) {
        BoolQueryBuilder anyField = QueryBuilders.boolQuery();
        List<MappedField> earlierFields = new ArrayList<>();
        for (String field : fields) {
            MappedField mapped = MappedField.of(field, index.mapping());
            MappedField exact = mapped.exactField(user);
            if (mapped.type() == null) {
                continue;
            }
            if (exact == null) {
                throw notFindable(field, index);
            }
            BoolQueryBuilder inField = QueryBuilders.boolQuery().filter(value(exact, user, allNotations));
            earlierFields.forEach(earlier -> inField.mustNot(hasValue(earlier)));
            anyField.should(inField);
            earlierFields.add(mapped);
        }
        if (earlierFields.isEmpty()) {
            throw notFindable(String.join(", ", fields), index);
        }
        return anyField.minimumShouldMatch(1);
    }

    /**
     * Returns the query for documents in which the field has the user's name.
     *
     * @param allNotations whether a number is found in every notation, for which OpenSearch must allow expensive queries
     */
    private static QueryBuilder value(MappedField field, String user, boolean allNotations) {
        QueryBuilder term = QueryBuilders.termQuery(field.path(), user);
        boolean isPlain = NUMBER.matcher(user).matches() && user.length() <= Values.MAX_DIGITS && Values.plainNumber(user).equals(user);
        return allNotations && isPlain && KEYWORDS.contains(field.type())
            ? QueryBuilders.boolQuery().should(term).should(QueryBuilders.regexpQuery(field.path(), notations(user)))
            : term;
    }

    /** Returns a regular expression that matches every notation of a number in JSON, and some of other numbers of the same digits. */
    static String notations(String number) {
        String digits = new BigDecimal(number).stripTrailingZeros().unscaledValue().abs().toString();
        String withPoint = digits.chars().mapToObj(Character::toString).collect(Collectors.joining("\\.?"));
        return "-?[0.]*" + withPoint + "[0.]*([eE][+\\-]?[0-9]+)?";
    }

    /** Returns the query for documents in which the field has a value that is not empty. */
    private static QueryBuilder hasValue(MappedField field) {
        MappedField exact = field.exactField("");
        BoolQueryBuilder exists = QueryBuilders.boolQuery().filter(QueryBuilders.existsQuery(field.path()));
        return exact == null ? exists : exists.mustNot(QueryBuilders.termQuery(exact.path(), ""));
    }

    private static IllegalArgumentException notFindable(String fields, IndexMetadata index) {
        return new IllegalArgumentException(
            "[events] of this user cannot be found by [" + fields + "] in index [" + index.getIndex().getName()
                + "]: the field must be a [keyword] or have a sub-field of that type, and no [ignore_above] below the user's length;"
                + " delete the events by other means and leave [events] out"
        );
    }

    /**
     * Deletes the events that were written until now, one index after another. Fails with the first index that fails; events of the
     * indices before it are deleted then.
     */
    public void delete(Client client, ActionListener<Deleted> listener) {
        if (indices.isEmpty()) {
            listener.onResponse(Deleted.NONE);
            return;
        }
        RefreshRequest refresh = new RefreshRequest(indices.stream().map(InIndex::index).toArray(String[]::new));
        client.admin()
            .indices()
            .refresh(refresh, ActionListener.wrap(refreshed -> delete(client, indices, Deleted.NONE, listener), listener::onFailure));
    }

    private void delete(Client client, List<InIndex> left, Deleted sum, ActionListener<Deleted> listener) {
        if (left.isEmpty()) {
            listener.onResponse(sum);
            return;
        }
        InIndex events = left.getFirst();
        ActionListener<Deleted> next = ActionListener.wrap(
            deleted -> delete(client, left.subList(1, left.size()), deleted, listener),
            listener::onFailure
        );
        if (events.reader == null) {
            delete(client, found(events), sum, next);
        } else {
            SearchSourceBuilder source = new SearchSourceBuilder().query(found(events)).size(PAGE).sort("_doc");
            SearchRequest search = new SearchRequest(expressions).indicesOptions(IndexExpressions.OPEN).scroll(KEEP_ALIVE);
            // A shard that became unavailable meanwhile may have events of the user.
            search.source(source).pipeline("_none").allowPartialSearchResults(false);
            client.search(search, ActionListener.wrap(page -> deletePage(client, events, page, sum, clearing(client, page, next)), next::onFailure));
        }
    }

    /** Returns the listener of a scroll search's outcome, with which the search ends. */
    private static <T> ActionListener<T> clearing(Client client, SearchResponse firstPage, ActionListener<T> listener) {
        return ActionListener.runBefore(
            listener,
            () -> client.prepareClearScroll().addScrollId(firstPage.getScrollId()).execute(ActionListener.wrap(() -> {}))
        );
    }

    /** By the tracker's expressions and not by the index, so that filters and routing of aliases apply. */
    private static BoolQueryBuilder found(InIndex events) {
        return QueryBuilders.boolQuery().filter(QueryBuilders.termQuery("_index", events.index)).filter(events.query);
    }

    private void delete(Client client, QueryBuilder query, Deleted sum, ActionListener<Deleted> listener) {
        DeleteByQueryRequest request = new DeleteByQueryRequest(expressions);
        request.setIndicesOptions(IndexExpressions.OPEN);
        request.setQuery(query);
        request.setAbortOnVersionConflict(false).setRefresh(true);
        request.getSearchRequest().allowPartialSearchResults(false);
        client.execute(DeleteByQueryAction.INSTANCE, request, ActionListener.map(listener, sum::plus));
    }

    /** Deletes those documents of a page that name the user, and goes on with the next page. */
    private void deletePage(Client client, InIndex events, SearchResponse page, Deleted sum, ActionListener<Deleted> listener) {
        SearchHit[] hits = page.getHits().getHits();
        if (page.getFailedShards() > 0) {
            listener.onFailure(new SearchPhaseExecutionException("query", "events of the user", page.getShardFailures()));
            return;
        }
        if (hits.length == 0) {
            listener.onResponse(sum);
            return;
        }
        String[] ids = Arrays.stream(hits)
            .filter(hit -> hit.hasSource() && events.reader.names(user, hit.getSourceRef()))
            .map(SearchHit::getId)
            .toArray(String[]::new);
        ActionListener<Deleted> next = ActionListener.wrap(
            deleted -> client.prepareSearchScroll(page.getScrollId())
                .setScroll(KEEP_ALIVE)
                .execute(ActionListener.wrap(after -> deletePage(client, events, after, deleted, listener), listener::onFailure)),
            listener::onFailure
        );
        if (ids.length == 0) {
            next.onResponse(sum);
        } else {
            delete(client, found(events).filter(QueryBuilders.idsQuery().addIds(ids)), sum, next);
        }
    }
}
