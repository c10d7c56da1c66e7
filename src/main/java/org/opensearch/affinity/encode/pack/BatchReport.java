package org.opensearch.affinity.encode.pack;

/**
 * The size of a batch that was run.
 *
 * @param texts        number of texts whose first chunk was in the batch; later chunks may be in other batches
 * @param tokens       number of tokens, without padding
 * @param paddedTokens number of tokens with padding: rows times tokens of the longest row
 */
public record BatchReport(int texts, int tokens, int paddedTokens) {}
