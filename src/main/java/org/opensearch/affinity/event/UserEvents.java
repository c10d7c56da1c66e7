package org.opensearch.affinity.event;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.reindex.BulkByScrollResponse;
import org.opensearch.index.reindex.DeleteByQueryAction;
import org.opensearch.index.reindex.DeleteByQueryRequest;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of one user in a tracker's behaviour log, to be deleted. They are found by queries on the fields that name the user,
 * made for the mapping of each index. Deletes with the permissions of the caller's thread context.
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

    private final String[] expressions;
    private final Map<String, QueryBuilder> queryByIndex = new LinkedHashMap<>();

    /**
     * Prepares the queries.
     *
     * @param user by the name in the log
     * @throws IllegalArgumentException if an index has events, but its mapping does not allow to find those of the user
     */
    public UserEvents(Tracker tracker, String user, ClusterState state, IndexNameExpressionResolver resolver) {
        expressions = tracker.events().expressions();
        for (LogShard logShard : LogShards.of(tracker, state, resolver)) {
            IndexMetadata index = state.metadata().getIndexSafe(logShard.shard().getIndex());
            boolean empty = index.mapping() == null || index.mapping().sourceAsMap().containsKey("properties") == false;
            if (empty == false) {
                queryByIndex.computeIfAbsent(index.getIndex().getName(), name -> query(tracker.events().fields().user(), user, index));
            }
        }
    }

    /** Returns the query for events in which the first of the fields that has a value names the user, as {@link EventReader} reads it. */
    private static QueryBuilder query(List<String> fields, String user, IndexMetadata index) {
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
            BoolQueryBuilder inField = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery(exact.path(), user));
            earlierFields.forEach(earlier -> inField.mustNot(hasValue(earlier)));
            anyField.should(inField);
            earlierFields.add(mapped);
        }
        if (earlierFields.isEmpty()) {
            throw notFindable(String.join(", ", fields), index);
        }
        return anyField.minimumShouldMatch(1);
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
        if (queryByIndex.isEmpty()) {
            listener.onResponse(Deleted.NONE);
            return;
        }
        RefreshRequest refresh = new RefreshRequest(queryByIndex.keySet().toArray(String[]::new));
        List<String> indices = List.copyOf(queryByIndex.keySet());
        client.admin()
            .indices()
            .refresh(refresh, ActionListener.wrap(refreshed -> delete(client, indices, Deleted.NONE, listener), listener::onFailure));
    }

    private void delete(Client client, List<String> indices, Deleted sum, ActionListener<Deleted> listener) {
        if (indices.isEmpty()) {
            listener.onResponse(sum);
            return;
        }
        // By the tracker's expressions and not by the index, so that filters and routing of aliases apply.
        BoolQueryBuilder inIndex = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery("_index", indices.getFirst()));
        DeleteByQueryRequest request = new DeleteByQueryRequest(expressions);
        request.setIndicesOptions(IndexExpressions.OPEN);
        request.setQuery(inIndex.filter(queryByIndex.get(indices.getFirst())));
        request.setAbortOnVersionConflict(false).setRefresh(true);
        List<String> remaining = indices.subList(1, indices.size());
        client.execute(
            DeleteByQueryAction.INSTANCE,
            request,
            ActionListener.wrap(deleted -> delete(client, remaining, sum.plus(deleted), listener), listener::onFailure)
        );
    }
}
