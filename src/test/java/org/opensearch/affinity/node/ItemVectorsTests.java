package org.opensearch.affinity.node;

import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.Settings;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Looks up the vectors of items in indices of unusual settings and contents. */
public class ItemVectorsTests extends AffinityNodeTestCase {
    private static final TrackedItems ITEMS = new TrackedItems("products", "sku", "vector", List.of());

    private void index(Settings.Builder settings) {
        client().admin()
            .indices()
            .prepareCreate("products")
            .setSettings(settings)
            .setMapping("vector", "type=affinity_vector,dimension=2", "sku", "type=keyword")
            .get();
    }

    private void items(int ids, int documentsPerId) {
        BulkRequestBuilder bulk = client().prepareBulk();
        for (int i = 0; i < ids * documentsPerId; i++) {
            Map<String, Object> item = i / ids == 0 ? Map.of("sku", "s" + i % ids) : Map.of("sku", "s" + i % ids, "vector", List.of(1, 2));
            bulk.add(client().prepareIndex("products").setSource(item));
        }
        assertFalse(bulk.get().hasFailures());
        client().admin().indices().prepareRefresh("products").get();
    }

    private Map<String, float[]> find(List<String> ids) {
        PlainActionFuture<Map<String, float[]>> found = PlainActionFuture.newFuture();
        new ItemVectors(client()).find(ITEMS, ids, found);
        return found.actionGet();
    }

    public void testOneIdOnManyDocumentsIsNotTakenForTheOthersAbsence() {
        index(Settings.builder());
        items(500, 60);
        List<String> ids = IntStream.range(0, 500).mapToObj(i -> "s" + i).toList();
        Map<String, float[]> found = find(ids);
        assertEquals(new TreeSet<>(ids), new TreeSet<>(found.keySet()));
    }

    public void testSettingsOfTheIndexLimitOneSearchOnly() {
        index(Settings.builder().put("index.max_result_window", 7).put("index.max_terms_count", 5));
        items(20, 3);
        List<String> ids = IntStream.range(0, 22).mapToObj(i -> "s" + i).toList();
        Map<String, float[]> found = find(ids);
        assertEquals(new TreeSet<>(ids.subList(0, 20)), new TreeSet<>(found.keySet()));
    }

    public void testSeveralIdsOfOneItem() {
        index(Settings.builder());
        client().prepareIndex("products").setSource(Map.of("sku", List.of("a", "b"), "vector", List.of(1, 2))).get();
        client().admin().indices().prepareRefresh("products").get();
        assertEquals(2, find(List.of("b")).get("b").length);
        assertEquals(2, find(List.of("a")).get("a").length);
    }
}
