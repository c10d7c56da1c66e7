package org.opensearch.affinity.event;

import org.opensearch.action.admin.indices.datastream.DeleteDataStreamAction;
import org.opensearch.affinity.event.RecordEventsAction.Request;
import org.opensearch.affinity.event.RecordEventsAction.Response;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.indices.IndicesService;

import java.util.List;

/** A single node that events are sent to. */
abstract class RecordEventsTestCase extends AffinityNodeTestCase {
    static final String CLICK = "{\"action_name\": \"click\", \"client_id\": \"ann\", \"timestamp\": \"2026-01-15T10:00:00Z\"}";

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    @Override
    public void tearDown() throws Exception {
        set(Settings.builder().putNull("affinity.*").putNull("action.*").build());
        deleteDataStreams("*");
        super.tearDown();
    }

    final void deleteDataStreams(String streams) {
        client().execute(DeleteDataStreamAction.INSTANCE, new DeleteDataStreamAction.Request(new String[] { streams })).actionGet();
    }

    final Response record(String index, String... lines) {
        Request request = new Request(index, EventFormat.NDJSON, new BytesArray(String.join("\n", lines)));
        return client().execute(RecordEventsAction.INSTANCE, request).actionGet();
    }

    static List<Integer> statuses(Response response) {
        return response.outcomes().stream().map(outcome -> outcome.status().getStatus()).toList();
    }

    static String click(String more) {
        return "{\"action_name\": \"click\", \"timestamp\": \"2026-01-15T10:00:00Z\", " + more + "}";
    }

    final long count(String index, QueryBuilder query) {
        client().admin().indices().prepareRefresh(index).get();
        return client().prepareSearch(index).setQuery(query).setSize(0).get().getHits().getTotalHits().value();
    }

    final long count(String index) {
        return count(index, QueryBuilders.matchAllQuery());
    }

    final void set(Settings settings) {
        client().admin().cluster().prepareUpdateSettings().setTransientSettings(settings).get();
    }

    final Metadata metadata() {
        return getInstanceFromNode(ClusterService.class).state().metadata();
    }

    final MapperService mapper(String index) {
        return getInstanceFromNode(IndicesService.class).indexService(metadata().index(index).getIndex()).mapperService();
    }
}
