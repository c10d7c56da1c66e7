package org.opensearch.affinity.node;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexService;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.shard.IndexShardTestCase;
import org.opensearch.indices.IndicesService;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertAcked;

/** Which indices use the plugin's codec, and vectors of more than Lucene's default limit of 1,024 values. */
public class VectorCodecTests extends AffinityNodeTestCase {
    /** Provides codecs for every index with a setting, as other plugins do. Registers the setting of k-NN too. */
    public static final class OtherCodecs extends Plugin implements EnginePlugin {
        private static final Setting<Boolean> OTHER = Setting.boolSetting("index.other_codec", false, Setting.Property.IndexScope);
        private static final Setting<Boolean> KNN = Setting.boolSetting("index.knn", false, Setting.Property.IndexScope);

        static final class Service extends CodecService {
            Service(CodecServiceConfig config) {
                super(config.getMapperService(), config.getIndexSettings(), config.getLogger(), config.getAdditionalCodecs());
            }
        }

        @Override
        public List<Setting<?>> getSettings() {
            return List.of(OTHER, KNN);
        }

        @Override
        public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings index) {
            return OTHER.get(index.getSettings()) ? Optional.of(Service::new) : Optional.empty();
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class, OtherCodecs.class);
    }

    private void create(String index, Settings.Builder settings, Object... mapping) {
        assertAcked(client().admin().indices().prepareCreate(index).setSettings(settings).setMapping(mapping(mapping)).get());
        ensureGreen(index);
    }

    private static String[] mapping(Object... parts) {
        return Arrays.stream(parts).map(Object::toString).toArray(String[]::new);
    }

    private static Settings.Builder settings() {
        return Settings.builder().put("number_of_replicas", 0);
    }

    private static String vector(int dimension) {
        return "type=affinity_vector,dimension=" + dimension;
    }

    private void putVector(String index, int dimension) {
        float[] vector = new float[dimension];
        vector[dimension - 1] = 2;
        client().prepareIndex(index).setId("a").setSource(Map.of("v", vector)).get();
    }

    private boolean isOurs(String index, String field) {
        IndexService service = getInstanceFromNode(IndicesService.class).indexServiceSafe(resolveIndex(index));
        Codec codec = IndexShardTestCase.getEngine(service.getShard(0)).config().getCodec();
        return codec.knnVectorsFormat().getMaxDimensions(field) > KnnVectorsFormat.DEFAULT_MAX_DIMENSIONS;
    }

    public void testVectorsOf4096ValuesAreStoredMergedAndRead() {
        for (boolean graph : new boolean[] { false, true }) {
            String index = "long-" + graph;
            create(index, settings(), "v", vector(4096) + ",graph=" + graph);
            for (int i = 0; i < 2; i++) {
                float[] vector = new float[4096];
                vector[4095 - i] = 2;
                client().prepareIndex(index).setId("" + i).setSource(Map.of("v", vector)).get();
                client().admin().indices().prepareFlush(index).get();
            }
            client().admin().indices().prepareForceMerge(index).setMaxNumSegments(1).setFlush(true).get();
            assertAcked(client().admin().indices().prepareClose(index).get());
            assertAcked(client().admin().indices().prepareOpen(index).get());
            ensureGreen(index);
            SearchHit hit = client().prepareSearch(index).setQuery(QueryBuilders.idsQuery().addIds("1")).addFetchField("v").get()
                .getHits()
                .getAt(0);
            assertEquals(4096, hit.field("v").getValues().size());
            assertEquals(1f, hit.field("v").getValues().get(4094));
        }
    }

    public void testAnIndexWithoutVectorsIsLeftToOtherPlugins() {
        create("other", settings().put("index.other_codec", true), "title", "type=text");
        client().prepareIndex("other").setSource(Map.of("title", "tent")).get();
        create("both", settings().put("index.other_codec", true).put("index.affinity.codec", false), "v", vector(2));
        putVector("both", 2);
        create("plain", settings(), "title", "type=text");
        IndexService service = getInstanceFromNode(IndicesService.class).indexServiceSafe(resolveIndex("plain"));
        assertEquals("the codec of an index without vectors", Optional.empty(), new AffinityPlugin(Settings.EMPTY)
            .getCustomCodecServiceFactory(service.getIndexSettings()));
    }

    public void testTheFieldIsFoundWhereverAMappingHasIt() {
        create("sub", settings(), "v", vector(2));
        assertTrue(isOurs("sub", "v"));
        String nested = "{\"properties\": {\"a\": {\"type\": \"nested\", \"properties\": {\"v\": {\"type\": \"affinity_vector\", \"dimension\": 3}}}}}";
        assertAcked(client().admin().indices().prepareCreate("nested").setSettings(settings()).setMapping(nested).get());
        String dynamic = "{\"dynamic_templates\": [{\"v\": {\"match\": \"v\", \"mapping\": {\"type\": \"affinity_vector\", \"dimension\": 1500}}}]}";
        assertAcked(client().admin().indices().prepareCreate("dynamic").setSettings(settings()).setMapping(dynamic).get());
        ensureGreen("nested", "dynamic");
        assertTrue(isOurs("nested", "a.v"));
        putVector("dynamic", 1500);
        assertTrue(isOurs("dynamic", "v"));
    }

    public void testLongerVectorsAreRefusedInTheMappingWhereTheCodecIsNotUsed() {
        Exception e = expectThrows(Exception.class, () -> create("knn", settings().put("index.knn", true), "v", vector(1025)));
        assertRefused(e, "[dimension] of field [v] must be a whole number from 1 to 1024");
        create("knn", settings().put("index.knn", true), "v", vector(1024));
        putVector("knn", 1024);
        e = expectThrows(
            Exception.class,
            () -> create("off", settings().put("index.affinity.codec", false), "v", vector(1025))
        );
        assertRefused(e, "created with the field or with [index.affinity.codec]");
        create("later", settings(), "title", "type=text");
        e = expectThrows(
            Exception.class,
            () -> client().admin().indices().preparePutMapping("later").setSource("v", vector(1025)).get()
        );
        assertRefused(e, "1 to 1024, or 4096 in an index");
        create("early", settings().put("index.affinity.codec", true), "title", "type=text");
        assertAcked(client().admin().indices().preparePutMapping("early").setSource("v", vector(4096)).get());
        putVector("early", 4096);
        assertTrue(isOurs("early", "v"));
    }

    private static void assertRefused(Throwable e, String message) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append("; ");
        }
        assertTrue(messages.toString(), messages.toString().contains(message));
    }
}
