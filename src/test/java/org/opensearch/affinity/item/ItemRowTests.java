package org.opensearch.affinity.item;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;

public class ItemRowTests extends OpenSearchTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private static final Decay DECAY = new Decay(DAY);
    private static final LogShard SLICE = slice(0);

    private static LogShard slice(int shard) {
        return new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), shard));
    }

    private static void like(ItemRow row, long seqNo, double weight, long when) {
        row.add(SLICE, seqNo, weight, when, List.of("hour=9"), DECAY);
    }

    public void testWhatIsShownIsNeitherLikedNorNewer() {
        ItemRow row = new ItemRow("tent");
        row.show(SLICE, 0);
        assertEquals(List.of(0.0, 0.0, 0L, 0L, 1L), List.of(row.weight(), row.total(), row.time(), row.likes(), row.shown()));
        like(row, 1, 3, 10 * DAY);
        row.show(SLICE, 2);
        like(row, 3, 1, 11 * DAY);
        // Half of the first is left.
        assertEquals(2.5, row.weight(), 1e-9);
        assertEquals(4, row.total(), 0);
        assertEquals(11 * DAY, row.time());
        assertEquals(Map.of("hour=9", 2.5f), row.contexts());
        assertEquals(2, row.likes());
        assertEquals(2, row.shown());
    }

    public void testEveryEventCountsOnce() {
        ItemRow row = new ItemRow("tent");
        for (int from = 0; from <= 20; from += randomIntBetween(0, 4)) {
            // As after a crash, the log is read again from somewhere.
            for (int i = from; i <= 20; i++) {
                if (i % 4 == 0) {
                    like(row, i, 2, i * DAY);
                } else {
                    row.show(SLICE, i);
                }
            }
        }
        assertEquals(6, row.likes());
        assertEquals(12, row.total(), 0);
        assertEquals(15, row.shown());
        row.show(slice(1), 3);
        assertEquals("another shard has numbers of its own", 16, row.shown());
    }

    public void testReadsWhatItWrites() throws Exception {
        ItemRow row = new ItemRow("tent");
        like(row, 4, 3, 10 * DAY);
        row.show(SLICE, 7);
        row.show(SLICE, 8);
        ItemRow copy = copyWriteable(row, writableRegistry(), ItemRow::new);
        assertEquals("tent", copy.item());
        assertEquals(List.of(3.0, 3.0, 10 * DAY, 1L, 2L), List.of(copy.weight(), copy.total(), copy.time(), copy.likes(), copy.shown()));
        assertEquals(row.contexts(), copy.contexts());
        copy.show(SLICE, 8);
        assertEquals("it knows what it has", 2, copy.shown());
    }

    public void testRowsOfOtherFormatsAreRefused() throws Exception {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.writeByte((byte) 2);
            out.writeString("tent");
            IOException e = expectThrows(IOException.class, () -> new ItemRow(out.bytes().streamInput()));
            assertEquals("item row format [2] is not the one of this version, [3]", e.getMessage());
        }
    }
}
