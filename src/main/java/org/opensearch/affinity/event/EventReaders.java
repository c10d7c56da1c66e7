package org.opensearch.affinity.event;

import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.metadata.IndexMetadata;

/**
 * Makes the reader of an index whose mapping and tracker may change: a new one after each change only, because reading a mapping
 * takes longer than reading an event. Thread-safe.
 */
public final class EventReaders {
    private record Made(String index, long mappingVersion, EventFields fields, Contexts contexts, EventReader reader) {
        boolean isFor(IndexMetadata metadata, Tracker tracker) {
            boolean sameMapping = index.equals(metadata.getIndexUUID()) && mappingVersion == metadata.getMappingVersion();
            return sameMapping && fields.equals(tracker.events().fields()) && contexts.equals(tracker.contexts());
        }
    }

    private volatile Made last;

    /** @param index null for an index that was deleted meanwhile */
    public EventReader of(Tracker tracker, IndexMetadata index) {
        Made made = last;
        if (index == null) {
            return made != null ? made.reader : new EventReader(tracker.events().fields(), tracker.contexts(), null);
        }
        if (made == null || made.isFor(index, tracker) == false) {
            EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts(), index.mapping());
            made = new Made(index.getIndexUUID(), index.getMappingVersion(), tracker.events().fields(), tracker.contexts(), reader);
            last = made;
        }
        return made.reader;
    }
}
