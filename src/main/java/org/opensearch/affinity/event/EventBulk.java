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

/** The events of one request: those that are valid as one bulk, and what became of each in the order in which they came. */
final class EventBulk {
    private final BulkRequest bulk = new BulkRequest();
    private final Outcome[] outcomes;
    /** The place of each item of the bulk among the events. */
    private final List<Integer> places = new ArrayList<>();

    EventBulk(String index, List<BytesReference> events, Instant arrival) {
        outcomes = new Outcome[events.size()];
        for (int place = 0; place < outcomes.length; place++) {
            try {
                bulk.add(write(index, UbiEvent.parse(events.get(place), arrival)));
                places.add(place);
            } catch (UbiEvent.InvalidException e) {
                outcomes[place] = Outcome.invalid(e.getMessage());
            }
        }
    }

    /** Creates the document and never replaces one: an event that is sent twice is written once. */
    private static IndexRequest write(String index, UbiEvent event) {
        return new IndexRequest(index).id(event.id()).opType(OpType.CREATE).source(event.source(), MediaTypeRegistry.JSON);
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    BulkRequest request() {
        return bulk;
    }

    /** What became of the events if none was written. */
    List<Outcome> outcomes() {
        return Arrays.asList(outcomes);
    }

    /** What became of the events once the valid ones were written. */
    List<Outcome> outcomes(BulkResponse written) {
        for (BulkItemResponse item : written) {
            outcomes[places.get(item.getItemId())] = Outcome.of(item);
        }
        return outcomes();
    }
}
