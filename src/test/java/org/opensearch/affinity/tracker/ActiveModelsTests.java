package org.opensearch.affinity.tracker;

import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.cluster.ClusterModule;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class ActiveModelsTests extends OpenSearchTestCase {
    private static final ActiveModels.Active LEARNED = new ActiveModels.Active(
        7,
        0.6f,
        Ranking.ofWeights(2.5f, 0.25f, Map.of(Signal.NEIGHBOURS, 3.5f, Signal.SEEN, -4f, "match_title", 0.125f)),
        Ranking.ofWeights(1.5f, null, Map.of(Signal.NEIGHBOURS, 7f))
    );
    private static final ActiveModels.Active UNTAUGHT = new ActiveModels.Active(1, 1, Ranking.EMPTY, Ranking.EMPTY);

    @Override
    protected NamedXContentRegistry xContentRegistry() {
        List<NamedXContentRegistry.Entry> entries = new ArrayList<>(ClusterModule.getNamedXWriteables());
        entries.addAll(new AffinityPlugin(Settings.EMPTY).getNamedXContent());
        return new NamedXContentRegistry(entries);
    }

    @Override
    protected NamedWriteableRegistry writableRegistry() {
        List<NamedWriteableRegistry.Entry> entries = new ArrayList<>(ClusterModule.getNamedWriteables());
        entries.addAll(new AffinityPlugin(Settings.EMPTY).getNamedWriteables());
        return new NamedWriteableRegistry(entries);
    }

    private static ClusterState with(ClusterState state, String tracker, ActiveModels.Active active) {
        return ActiveModels.of(state).activate(state, tracker, active);
    }

    private static ClusterState without(ClusterState state, String tracker) {
        return ActiveModels.of(state).without(state, tracker);
    }

    private static ClusterState state() {
        ClusterState empty = ClusterState.builder(new ClusterName("c")).build();
        return with(with(empty, "shop", LEARNED), "films", UNTAUGHT);
    }

    public void testOneModelOfEachTracker() {
        ClusterState state = state();
        assertEquals(LEARNED, ActiveModels.of(state).of("shop"));
        assertEquals(UNTAUGHT, ActiveModels.of(state).of("films"));
        assertNull(ActiveModels.of(state).of("books"));
        ClusterState other = without(with(state, "shop", UNTAUGHT), "films");
        assertEquals(UNTAUGHT, ActiveModels.of(other).of("shop"));
        assertNull(ActiveModels.of(other).of("films"));
        assertEquals("a state does not change", LEARNED, ActiveModels.of(state).of("shop"));
    }

    public void testReadsWhatItWrites() throws IOException {
        ActiveModels models = ActiveModels.of(state());
        assertEquals(models, copyWriteable(models, writableRegistry(), ActiveModels.KIND::read));
        assertEquals(models.hashCode(), copyWriteable(models, writableRegistry(), ActiveModels.KIND::read).hashCode());
        assertNotEquals(models, ActiveModels.of(without(state(), "films")));
        assertNotEquals("of another kind", Trackers.of(ClusterState.EMPTY_STATE), ActiveModels.of(ClusterState.EMPTY_STATE));
    }

    /** Other nodes learn what changed. */
    public void testTravelsAsADifference() throws IOException {
        ClusterState before = ClusterState.builder(new ClusterName("c")).build();
        ClusterState changed = with(state(), "shop", UNTAUGHT);
        for (ClusterState[] step : new ClusterState[][] { { before, state() }, { state(), changed }, { changed, before } }) {
            BytesStreamOutput out = new BytesStreamOutput();
            step[1].metadata().diff(step[0].metadata()).writeTo(out);
            try (StreamInput in = new NamedWriteableAwareStreamInput(out.bytes().streamInput(), writableRegistry())) {
                Metadata received = Metadata.readDiffFrom(in).apply(step[0].metadata());
                assertEquals((Object) step[1].metadata().custom(ActiveModels.KIND.type()), received.custom(ActiveModels.KIND.type()));
            }
        }
    }

    /** A cluster that is stopped has it on disk. */
    public void testOutlivesARestart() throws IOException {
        Metadata metadata = state().metadata();
        XContentBuilder json = XContentFactory.jsonBuilder().startObject();
        Metadata.FORMAT.toXContent(json, metadata);
        BytesReference written = BytesReference.bytes(json.endObject());
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, written)) {
            assertEquals(ActiveModels.of(state()), Metadata.FORMAT.fromXContent(parser).custom(ActiveModels.KIND.type()));
        }
    }

    public void testReadsTheTextOfAnEntry() throws IOException {
        assertEquals(LEARNED, ActiveModels.KIND.value(ActiveModels.KIND.text(LEARNED)));
        assertEquals(LEARNED, ActiveModels.KIND.value(ActiveModels.of(state()).text("shop")));
    }
}
