package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.common.util.BitMixer;

/**
 * A random part of the items, which an evaluation treats as new. The choice depends on the item ids alone.
 *
 * @param part fraction of all items, above 0 and below 1
 */
public record NewItems(double part) {
    boolean has(String item) {
        return (BitMixer.mix32(item.hashCode()) >>> 1) / (double) Integer.MAX_VALUE < part;
    }

    /** The fraction of the items of a list that are new, 0 to 1; NaN for an empty list. */
    double part(JsonNode items) {
        int found = 0;
        for (JsonNode item : items) {
            found += has(item.asText()) ? 1 : 0;
        }
        return (double) found / items.size();
    }
}
