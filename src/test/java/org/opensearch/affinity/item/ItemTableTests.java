package org.opensearch.affinity.item;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class ItemTableTests extends OpenSearchTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 0));

    private final ItemTable table = new ItemTable(Runnable::run);

    private static ItemRow row(String item, double weight, long time, String context) {
        ItemRow row = new ItemRow(item);
        row.addLike(SHARD, 0, weight, time, List.of(context), new Decay(DAY));
        return row;
    }

    private static long hash(String item) {
        return ItemRow.hash(new BytesRef(item));
    }

    public void testRatiosToTheMean() {
        // One day and one half-life apart: weights 3 and 1 at the same moment, mean 2.
        table.update(row("tent", 6, 10 * DAY, "hour=9"), 0);
        table.update(row("lamp", 1, 11 * DAY, "hour=21"), 1);
        ItemRow shown = new ItemRow("desk");
        shown.addImpression(SHARD, 1);
        table.update(shown, 2);
        ItemTable.Popularities popularities = table.popularities(List.of(), DAY);
        assertEquals(1.5 / 2.5, popularities.of(hash("tent")), 1e-6);
        assertEquals(0.5 / 1.5, popularities.of(hash("lamp")), 1e-6);
        assertEquals("not liked", 0, popularities.of(hash("desk")), 0);
        assertEquals("no row", 0, popularities.of(hash("sofa")), 0);
        // Without decay the weights are 6 and 1, mean 3.5; its logarithm 1.807 is rounded to 29/16.
        double mean = Math.pow(2, 29 / 16.0);
        assertEquals(Math.log(1 + 6 / mean) / Math.log(2) / 10, popularities.allTime(hash("tent")), 1e-6);
        assertEquals(0, popularities.allTime(hash("desk")), 0);
        assertEquals(1 / Math.sqrt(2), popularities.confidenceWidth(hash("desk")), 1e-9);
        assertEquals(1, popularities.confidenceWidth(hash("sofa")), 0);
    }

    public void testContexts() {
        table.update(row("tent", 3, DAY, "hour=9"), 0);
        table.update(row("lamp", 1, DAY, "hour=21"), 1);
        ItemTable.Popularities popularities = table.popularities(List.of("hour=9"), DAY);
        // On average 3/4 of the weight is of this context; smoothed with 2 of prior weight it is (3 + 1.5) / 5 and 1.5 / 3.
        double tent = 1.5 * 0.9 / 0.75;
        double lamp = 0.5 * 0.5 / 0.75;
        assertEquals(tent / (1 + tent), popularities.of(hash("tent")), 1e-6);
        assertEquals(lamp / (1 + lamp), popularities.of(hash("lamp")), 1e-6);
        assertEquals("a context without events", 0.6, table.popularities(List.of("hour=3"), DAY).of(hash("tent")), 1e-6);
    }

    public void testOlderWritesAreIgnored() {
        table.update(row("tent", 3, DAY, "hour=9"), 7);
        table.update(row("tent", 1, DAY, "hour=9"), 6);
        table.update(row("lamp", 1, DAY, "hour=9"), 8);
        assertEquals(0.6, table.popularities(List.of(), DAY).of(hash("tent")), 1e-6);
    }

    public void testMostPopular() {
        table.update(row("lämp", 2, 11 * DAY, "hour=9"), 0);
        table.update(row("tent", 6, 8 * DAY, "hour=9"), 1);
        table.update(row("desk", 1, 11 * DAY, "hour=9"), 2);
        ItemRow shown = new ItemRow("sofa");
        shown.addImpression(SHARD, 1);
        table.update(shown, 3);
        ItemTable.Popularities popularities = table.popularities(List.of(), DAY);
        assertEquals(List.of("lämp", "desk", "tent"), popularities.mostPopular(false).map(BytesRef::utf8ToString).toList());
        assertEquals(List.of("tent", "lämp", "desk"), popularities.mostPopular(true).map(BytesRef::utf8ToString).toList());
    }
}
