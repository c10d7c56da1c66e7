package org.opensearch.affinity.integ.data;

import org.opensearch.common.util.BitMixer;

/**
 * A random half of the users, of whom an evaluation knows few events. The choice depends on the user ids alone.
 *
 * @param events how many of each user are known, at least 0: the newest of the first part of the log
 */
public record Newcomers(int events) {
    boolean has(String user) {
        return (BitMixer.mix32(user.hashCode()) & 1) == 0;
    }
}
