package org.opensearch.affinity.profile;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.io.IOException;
import java.util.List;

public class ProfileIndexTests extends OpenSearchSingleNodeTestCase {
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 0));

    private ProfileIndex index() {
        ProfileIndex index = new ProfileIndex(client());
        PlainActionFuture<Void> created = PlainActionFuture.newFuture();
        index.create("shop", 0, true, List.of(2), created);
        created.actionGet();
        return index;
    }

    private Profile profile() throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},\"actions\":{\"click\":1}}";
        Profile profile = new Profile("ann");
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            Event event = new Event("ann", "tent", "click", 1_000, 1, List.of());
            profile.apply(SHARD, 3, event, false, new float[] { 0.6f, 0.8f }, 1, Tracker.parse("shop", parser));
        }
        return profile;
    }

    private static Profile read(ProfileIndex index) {
        PlainActionFuture<ProfileIndex.Found> found = PlainActionFuture.newFuture();
        index.get("shop", "ann", List.of(SHARD), found);
        return found.actionGet().profile();
    }

    public void testReadsWhatItWrites() throws Exception {
        ProfileIndex index = index();
        assertNull(read(index));
        Profile profile = profile();
        PlainActionFuture<Profile> saved = PlainActionFuture.newFuture();
        index.update("shop", "ann", stored -> profile, saved);
        saved.actionGet();
        assertEquals(profile(), read(index));
        BytesReference source = client().prepareGet(IndexNames.PROFILES.alias("shop"), ProfileIndex.idOfUser("ann")).get().getSourceAsBytesRef();
        assertEquals("JSON would need base64", XContentType.CBOR, MediaTypeRegistry.xContentType(source));
    }
}
