package org.opensearch.affinity.encode.pack;

import java.util.ArrayList;
import java.util.List;

/**
 * All tokens of a text.
 *
 * @param ids     token ids, with special tokens and the model's prefix
 * @param wordIds for each token, the number of the word that it belongs to
 * @param head    number of tokens before the text itself: special tokens and the prefix, with which every chunk starts
 * @param tail    number of special tokens after the text, with which every chunk ends
 */
record TokenizedText(int[] ids, long[] wordIds, int head, int tail) {

    /**
     * A part of a text that the model reads at once.
     *
     * @param ids    token ids, with head and tail
     * @param tokens number of tokens without head and tail
     */
    record Chunk(int[] ids, int tokens) {}

    /**
     * Splits the text into chunks of about equal length: a full chunk with a short rest would give the rest a vector of little meaning.
     * Words are not split unless that would need a further chunk. Tokens beyond the last chunk are left out. A single chunk equals the
     * result of a tokenizer that truncates.
     *
     * @param maxTokens maximum number of tokens of a chunk, with head and tail
     * @param maxChunks maximum number of chunks
     */
    List<Chunk> chunks(int maxTokens, int maxChunks) {
        if (ids.length <= maxTokens) {
            return List.of(new Chunk(ids, ids.length - head - tail));
        }
        // If the model reads fewer tokens than its prefix has, the prefix is cut.
        int start = Math.min(head, maxTokens - tail - 1);
        int end = ids.length - tail;
        int room = maxTokens - start - tail;
        int count = Math.min(maxChunks, Math.ceilDiv(end - start, room));
        boolean truncated = end - start > count * room;
        List<Chunk> chunks = new ArrayList<>(count);
        int from = start;
        for (int remaining = count; remaining > 0; remaining--) {
            int to = from + Math.min(room, Math.ceilDiv(end - from, remaining));
            if (remaining > 1) {
                // Unless the text is truncated anyway, the following chunks must have room for all of the rest.
                int earliest = truncated ? 0 : end - (remaining - 1) * room;
                to = wordStart(to, Math.max(earliest, (from + to) / 2 + 1));
            }
            chunks.add(chunk(start, from, to));
            from = to;
        }
        return chunks;
    }

    /** The last position from {@code earliest} to {@code latest} at which a word starts; {@code latest} if there is none. */
    private int wordStart(int latest, int earliest) {
        for (int position = latest; position >= earliest; position--) {
            if (wordIds[position] != wordIds[position - 1]) {
                return position;
            }
        }
        return latest;
    }

    /** The chunk of the tokens {@code [from, to)}, with the first {@code start} tokens before them and the tail after them. */
    private Chunk chunk(int start, int from, int to) {
        int[] row = new int[start + to - from + tail];
        System.arraycopy(ids, 0, row, 0, start);
        System.arraycopy(ids, from, row, start, to - from);
        System.arraycopy(ids, ids.length - tail, row, row.length - tail, tail);
        return new Chunk(row, to - from);
    }
}
