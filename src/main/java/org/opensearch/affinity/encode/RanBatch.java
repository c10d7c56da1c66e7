package org.opensearch.affinity.encode;

/**
 * What a batch that ran was like.
 *
 * @param tokens       of its texts
 * @param paddedTokens texts x tokens of the longest
 */
record RanBatch(int texts, int tokens, int paddedTokens) {}
