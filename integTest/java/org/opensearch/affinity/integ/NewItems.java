package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import org.opensearch.common.util.BitMixer;

/**
 * Items that are taken for new, whatever people did with them; by their ids, the same in every run.
 *
 * @param part how many of all, above 0 and below 1
 */
record NewItems(double part) {
    boolean has(String item) {
        return (BitMixer.mix32(item.hashCode()) >>> 1) / (double) Integer.MAX_VALUE < part;
    }

    /** Whether all of a list are. */
    boolean hasAll(JsonNode items) {
        boolean all = items.isEmpty() == false;
        for (JsonNode item : items) {
            all &= has(item.asText());
        }
        return all;
    }
}
