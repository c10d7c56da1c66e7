package org.opensearch.affinity.event;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.affinity.cluster.MappedField;
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
 * The events of one user in the log of a tracker, to be deleted with the rights of whoever asks: by the fields that name the
 * user, as the mapping of each index has them.
 */
public final class UserEvents {
    /**
     * What became of them.
     *
     * @param found     how many there were
     * @param conflicts how many were written meanwhile, and are still there
     * @param failures  how many could not be deleted for another reason
     */
    public record Deleted(long found, long deleted, long conflicts, long failures) implements Writeable {
        static final Deleted NONE = new Deleted(0, 0, 0, 0);

        public Deleted(StreamInput in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVLong(found);
            out.writeVLong(deleted);
            out.writeVLong(conflicts);
            out.writeVLong(failures);
        }

        private Deleted and(BulkByScrollResponse more) {
            long failed = more.getBulkFailures().size() + more.getSearchFailures().size();
            return new Deleted(
                found + more.getTotal(),
                deleted + more.getDeleted(),
                conflicts + more.getVersionConflicts(),
                failures + failed
            );
        }
    }

    private final Map<String, QueryBuilder> byIndex = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if events could lie where they cannot be found, naming index and fields */
    public UserEvents(Tracker tracker, String user, ClusterState state, IndexNameExpressionResolver resolver) {
        for (LogShard slice : LogShards.of(tracker, state, resolver)) {
            IndexMetadata index = state.metadata().getIndexSafe(slice.shard().getIndex());
            boolean empty = index.mapping() == null || index.mapping().sourceAsMap().containsKey("properties") == false;
            if (empty == false) {
                byIndex.computeIfAbsent(slice.shard().getIndexName(), name -> query(tracker.events().fields().user(), user, index));
            }
        }
    }

    /** Events whose first of these fields that has a value has this one. */
    private static QueryBuilder query(List<String> fields, String user, IndexMetadata index) {
        BoolQueryBuilder any = QueryBuilders.boolQuery();
        List<MappedField> before = new ArrayList<>();
        for (String field : fields) {
            MappedField mapped = MappedField.of(field, index.mapping());
            MappedField exact = mapped.finding(user);
            if (mapped.type() == null) {
                continue;
            }
            if (exact == null) {
                throw unfindable(field, index);
            }
            BoolQueryBuilder here = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery(exact.path(), user));
            before.forEach(earlier -> here.mustNot(hasValue(earlier)));
            any.should(here);
            before.add(mapped);
        }
        if (before.isEmpty()) {
            throw unfindable(String.join(", ", fields), index);
        }
        return any.minimumShouldMatch(1);
    }

    private static QueryBuilder hasValue(MappedField field) {
        MappedField exact = field.finding("");
        BoolQueryBuilder has = QueryBuilders.boolQuery().filter(QueryBuilders.existsQuery(field.path()));
        return exact == null ? has : has.mustNot(QueryBuilders.termQuery(exact.path(), ""));
    }

    private static IllegalArgumentException unfindable(String fields, IndexMetadata index) {
        return new IllegalArgumentException(
            "[events] of this user cannot be found by [" + fields + "] in index [" + index.getIndex().getName()
                + "]: the field must be a [keyword] or have a sub-field of that type, and no [ignore_above] below the user's length;"
                + " delete the events by other means and leave [events] out"
        );
    }

    /** Deletes them, index by index, with what was written until now. */
    public void delete(Client client, ActionListener<Deleted> listener) {
        if (byIndex.isEmpty()) {
            listener.onResponse(Deleted.NONE);
            return;
        }
        RefreshRequest refresh = new RefreshRequest(byIndex.keySet().toArray(String[]::new));
        List<String> indices = List.copyOf(byIndex.keySet());
        client.admin()
            .indices()
            .refresh(refresh, ActionListener.wrap(done -> delete(client, indices, Deleted.NONE, listener), listener::onFailure));
    }

    private void delete(Client client, List<String> indices, Deleted before, ActionListener<Deleted> listener) {
        if (indices.isEmpty()) {
            listener.onResponse(before);
            return;
        }
        DeleteByQueryRequest request = new DeleteByQueryRequest(indices.getFirst()).setQuery(byIndex.get(indices.getFirst()));
        request.setAbortOnVersionConflict(false).setRefresh(true);
        List<String> left = indices.subList(1, indices.size());
        client.execute(
            DeleteByQueryAction.INSTANCE,
            request,
            ActionListener.wrap(deleted -> delete(client, left, before.and(deleted), listener), listener::onFailure)
        );
    }
}
