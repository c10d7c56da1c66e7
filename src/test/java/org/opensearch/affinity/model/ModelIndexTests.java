package org.opensearch.affinity.model;

import org.apache.lucene.util.BytesRef;
import org.opensearch.Version;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The first format of models, as it was written: every later version must read it. */
public class ModelIndexTests extends OpenSearchTestCase {
    private static final String INDEX = ".affinity-model-shop.7";
    private static final String WRITTEN = "AQEQBz8ZmZoBAQgBAQUgQCAAAA==";

    public void testNeighbours() {
        String written = "bf798dd3ce96569838005332c298ed833e803400";
        ModelIndex.Row row = new ModelIndex.Row("tent", 1, 2, List.of("stove", "lamp"), new float[] { 0.5f, 0.25f }, true, new float[0], Map.of());
        assertEquals(written, HexFormat.of().formatHex(ModelIndex.pack(row)));
        List<Number> read = new ArrayList<>();
        ModelIndex.unpack(new BytesRef(HexFormat.of().parseHex(written)), (hash, similarity) -> read.addAll(List.of(hash, similarity)));
        assertEquals(List.of(ItemRow.hash(new BytesRef("stove")), 0.5f, ItemRow.hash(new BytesRef("lamp")), 0.25f), read);
    }

    public void testContent() {
        String written = "400000007fc100";
        assertEquals(written, HexFormat.of().formatHex(ModelIndex.pack(new float[] { 2, -1, 0 })));
        float[] sum = new float[3];
        ModelIndex.add(1, new BytesRef(HexFormat.of().parseHex(written)), sum);
        assertArrayEquals(new float[] { 2, -1, 0 }, sum, 0.01f);
    }

    public void testDescription() throws IOException {
        Ranking ranking = Ranking.ofWeights(2.5f, null, Map.of());
        assertEquals(new ActiveModels.Active(7, 0.6f, ranking, ranking), ModelIndex.active(INDEX, state(1)));
        assertEquals(Map.of("number", 7), ModelIndex.about(INDEX, state(1)));
        assertNull(ModelIndex.active(".affinity-model-shop.8", state(1)));
        IOException e = expectThrows(IOException.class, () -> ModelIndex.active(INDEX, state(2)));
        String later = "[affinity] model [7] has format [2]; this version of the plugin reads up to [1]: upgrade the plugin of this node";
        assertEquals(later, e.getMessage());
    }

    private static ClusterState state(int format) {
        Map<String, Object> meta = Map.of("number", 7, "format", format, "written", WRITTEN);
        IndexMetadata.Builder index = IndexMetadata.builder(INDEX).putMapping(new MappingMetadata("_doc", Map.of("_meta", meta)));
        index.settings(Settings.builder().put(IndexMetadata.SETTING_VERSION_CREATED, Version.V_3_6_0));
        index.numberOfShards(1).numberOfReplicas(0);
        return ClusterState.builder(new ClusterName("c")).metadata(Metadata.builder().put(index)).build();
    }
}
