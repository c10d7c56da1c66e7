package org.opensearch.affinity.event;

import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.event.RecordEventsAction.Outcome;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.MediaTypeRegistry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The events of one request: the valid ones as one bulk request, and the outcome of every event in the order of the request. */
final class EventBulk {
    private final BulkRequest bulk = new BulkRequest();
    private final Outcome[] outcomes;
    private final String[] warnings;
    /** The position in the request of each item of the bulk. */
    private final List<Integer> positions = new ArrayList<>();

    /**
     * @param arrival the timestamp of events that have none
     * @param format  of times in the index
     */
    EventBulk(String index, List<BytesReference> events, Instant arrival, TimeFormat format) {
        outcomes = new Outcome[events.size()];
        warnings = new String[events.size()];
        for (int position = 0; position < outcomes.length; position++) {
            try {
                UbiEvent event = UbiEvent.parse(events.get(position), arrival, format);
                bulk.add(createRequest(index, event));
                positions.add(position);
                warnings[position] = event.warning();
            } catch (UbiEvent.InvalidException e) {
                outcomes[position] = Outcome.invalid(e.getMessage());
            }
        }
    }

    /** Creates the document and never overwrites one, so that an event that is sent twice is written once. */
    private static IndexRequest createRequest(String index, UbiEvent event) {
        return new IndexRequest(index).id(event.id()).opType(OpType.CREATE).source(event.source(), MediaTypeRegistry.JSON);
    }

    /** Whether no event is valid. */
    boolean isEmpty() {
        return positions.isEmpty();
    }

    BulkRequest request() {
        return bulk;
    }

    /** Returns the outcomes when no event was valid. */
    List<Outcome> outcomes() {
        return Arrays.asList(outcomes);
    }

    /** Returns the outcomes after the valid events were sent. */
    List<Outcome> outcomes(BulkResponse response) {
        for (BulkItemResponse item : response) {
            int position = positions.get(item.getItemId());
            outcomes[position] = Outcome.of(item, warnings[position]);
        }
        return outcomes();
    }
}
