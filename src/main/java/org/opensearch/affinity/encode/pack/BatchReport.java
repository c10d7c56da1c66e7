package org.opensearch.affinity.encode.pack;

/**
 * What a batch that ran was like.
 *
 * @param texts        that began in it: a text of several chunks may go on in others
 * @param tokens       of its rows
 * @param paddedTokens rows x tokens of the longest
 */
public record BatchReport(int texts, int tokens, int paddedTokens) {}
