package org.opensearch.affinity.train;

import java.util.Set;

/**
 * A search that somebody made, and what he chose.
 *
 * @param user   as the log names him
 * @param text   what was typed; null for nothing
 * @param time   epoch milliseconds
 * @param wanted ids of items
 */
record Question(String user, String text, long time, Set<String> wanted) {}
