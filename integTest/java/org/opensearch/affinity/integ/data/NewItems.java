package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.common.util.BitMixer;

/**
 * Items that are taken for new, whatever people did with them; by their ids, the same in every run.
 *
 * @param part how many of all, above 0 and below 1
 */
public record NewItems(double part) {
    boolean has(String item) {
        return (BitMixer.mix32(item.hashCode()) >>> 1) / (double) Integer.MAX_VALUE < part;
    }

    /** How many of a list are, as a part of 1; not a number for an empty list. */
    double part(JsonNode items) {
        int found = 0;
        for (JsonNode item : items) {
            found += has(item.asText()) ? 1 : 0;
        }
        return (double) found / items.size();
    }
}
