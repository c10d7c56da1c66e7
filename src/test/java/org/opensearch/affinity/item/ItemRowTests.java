package org.opensearch.affinity.item;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;

public class ItemRowTests extends OpenSearchTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private static final Decay DECAY = new Decay(DAY);
    private static final LogShard SHARD = shard(0);

    private static LogShard shard(int number) {
        return new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), number));
    }

    private static void addLike(ItemRow row, long seqNo, double weight, long time) {
        row.addLike(SHARD, seqNo, weight, time, List.of("hour=9"), DECAY);
    }

    private static List<Number> values(ItemRow row) {
        return List.of(row.weight(), row.allTimeWeight(), row.time(), row.likes(), row.impressions());
    }

    public void testImpressionsChangeNeitherWeightNorTime() {
        ItemRow row = new ItemRow("tent");
        row.addImpression(SHARD, 0);
        assertEquals(List.of(0.0, 0.0, 0L, 0L, 1L), values(row));
        addLike(row, 1, 3, 10 * DAY);
        row.addImpression(SHARD, 2);
        addLike(row, 3, 1, 11 * DAY);
        // After one half-life, 1.5 of the first event's 3 are left.
        assertEquals(2.5, row.weight(), 1e-9);
        assertEquals(4, row.allTimeWeight(), 0);
        assertEquals(11 * DAY, row.time());
        assertEquals(Map.of("hour=9", 2.5f), row.contexts());
        assertEquals(2, row.likes());
        assertEquals(2, row.impressions());
    }

    public void testEveryEventCountsOnce() {
        ItemRow row = new ItemRow("tent");
        for (int from = 0; from <= 20; from += randomIntBetween(0, 4)) {
            // Parts of the log are read again, as after a crash.
            for (int i = from; i <= 20; i++) {
                if (i % 4 == 0) {
                    addLike(row, i, 2, i * DAY);
                } else {
                    row.addImpression(SHARD, i);
                }
            }
        }
        assertEquals(6, row.likes());
        assertEquals(12, row.allTimeWeight(), 0);
        assertEquals(15, row.impressions());
        row.addImpression(shard(1), 3);
        assertEquals("sequence numbers of another shard are independent", 16, row.impressions());
    }

    public void testEventsOfADocumentCountOnce() {
        ItemRow row = new ItemRow("tent");
        for (int reads = 0; reads < 2; reads++) {
            if (row.mark(SHARD, 5)) {
                row.addLike(3, 10 * DAY, List.of(), DECAY);
                row.addLike(3, 10 * DAY, List.of(), DECAY);
                row.addImpression();
            }
        }
        assertEquals(List.of(6.0, 6.0, 10 * DAY, 2L, 1L), values(row));
        assertFalse(row.mark(SHARD, 4));
    }

    public void testSerialisation() throws Exception {
        ItemRow row = new ItemRow("tent");
        addLike(row, 4, 3, 10 * DAY);
        row.addImpression(SHARD, 7);
        row.addImpression(SHARD, 8);
        ItemRow copy = copyWriteable(row, writableRegistry(), ItemRow::new);
        assertEquals("tent", copy.item());
        assertEquals(List.of(3.0, 3.0, 10 * DAY, 1L, 2L), values(copy));
        assertEquals(row.contexts(), copy.contexts());
        copy.addImpression(SHARD, 8);
        assertEquals("the copy has the sequence numbers", 2, copy.impressions());
    }
}
