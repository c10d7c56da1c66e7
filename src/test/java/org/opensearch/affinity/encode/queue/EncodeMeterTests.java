package org.opensearch.affinity.encode.queue;

import org.opensearch.affinity.encode.pack.BatchReport;
import org.opensearch.test.OpenSearchTestCase;

public class EncodeMeterTests extends OpenSearchTestCase {
    public void testOverlappingWorkCountsOnce() {
        long[] now = { 0 };
        EncodeMeter meter = new EncodeMeter(() -> now[0]);
        meter.begin();
        now[0] = 10;
        meter.begin();
        now[0] = 15;
        meter.end();
        now[0] = 20;
        assertEquals(20, meter.stats().busyNanos());
        meter.end();
        now[0] = 1000;
        assertEquals(20, meter.stats().busyNanos());
        meter.counting(batch -> {}).accept(new BatchReport(2, 8, 10));
        assertEquals(8e9 / 20, meter.stats().tokensPerSecond(), 1e-6);
        assertEquals(2e9 / 20, meter.textsPerSecond(), 1);
    }
}
