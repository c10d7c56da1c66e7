package org.opensearch.affinity.encode.pack;

import java.util.ArrayList;
import java.util.List;

/**
 * A text's tokens, as many as there are.
 *
 * @param ids   special tokens and the model's prefix included
 * @param words number of the word that each token is of
 * @param head  tokens before the text's own: every chunk starts with them
 * @param tail  tokens after the text's own: every chunk ends with them
 */
record TokenizedText(int[] ids, long[] words, int head, int tail) {

    /**
     * A part of a text that the model reads at once.
     *
     * @param ids    token ids with head and tail
     * @param tokens how many of them are the text's own
     */
    record Chunk(int[] ids, int tokens) {}

    /**
     * The text in chunks of about the same length, at most {@code most} of them: a full chunk and a tiny rest
     * would make a vector of the rest that means little. Words stay whole where that needs no further chunk.
     * What lies beyond the last chunk is left out; a single chunk is what a tokenizer that truncates makes.
     *
     * @param maxTokens tokens of a chunk, head and tail counted
     */
    List<Chunk> chunks(int maxTokens, int most) {
        if (ids.length <= maxTokens) {
            return List.of(new Chunk(ids, ids.length - head - tail));
        }
        // A model that reads less than its prefix gets what it can read.
        int start = Math.min(head, maxTokens - tail - 1);
        int end = ids.length - tail;
        int room = maxTokens - start - tail;
        int count = Math.min(most, Math.ceilDiv(end - start, room));
        boolean cut = end - start > count * room;
        List<Chunk> chunks = new ArrayList<>(count);
        int from = start;
        for (int left = count; left > 0; left--) {
            int to = from + Math.min(room, Math.ceilDiv(end - from, left));
            if (left > 1) {
                // The chunks that follow must have room for the rest, if the rest is to be kept at all.
                int least = cut ? 0 : end - (left - 1) * room;
                to = wordStart(to, Math.max(least, (from + to) / 2 + 1));
            }
            chunks.add(chunk(start, from, to));
            from = to;
        }
        return chunks;
    }

    /** The last place before which a word ends, between these two; the later of them if there is none. */
    private int wordStart(int latest, int earliest) {
        for (int place = latest; place >= earliest; place--) {
            if (words[place] != words[place - 1]) {
                return place;
            }
        }
        return latest;
    }

    private Chunk chunk(int start, int from, int to) {
        int[] row = new int[start + to - from + tail];
        System.arraycopy(ids, 0, row, 0, start);
        System.arraycopy(ids, from, row, start, to - from);
        System.arraycopy(ids, ids.length - tail, row, row.length - tail, tail);
        return new Chunk(row, to - from);
    }
}
