package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

public class TokenizedTextTests extends OpenSearchTestCase {
    /**
     * A text of words with these numbers of tokens. Token ids are 1 for [CLS], 2 for [SEP], and 10, 11 and so on for the text.
     *
     * @param tokensOfWords by word, numbered from 0
     */
    private static TokenizedText text(int... tokensOfWords) {
        int tokens = IntStream.of(tokensOfWords).sum();
        int[] ids = new int[tokens + 2];
        long[] wordIds = new long[ids.length];
        ids[0] = 1;
        ids[tokens + 1] = 2;
        wordIds[0] = -1;
        wordIds[tokens + 1] = -1;
        int next = 1;
        for (int word = 0; word < tokensOfWords.length; word++) {
            for (int i = 0; i < tokensOfWords[word]; i++) {
                ids[next] = 9 + next;
                wordIds[next++] = word;
            }
        }
        return new TokenizedText(ids, wordIds, 1, 1);
    }

    private static int[] words(int count, int tokens) {
        int[] words = new int[count];
        Arrays.fill(words, tokens);
        return words;
    }

    private static void assertChunks(List<Chunk> chunks, int[]... rows) {
        assertEquals(rows.length, chunks.size());
        for (int i = 0; i < rows.length; i++) {
            assertArrayEquals("chunk " + i, rows[i], chunks.get(i).ids());
        }
    }

    public void testTextThatFitsIsOneChunk() {
        TokenizedText text = text(1, 1, 1);
        List<Chunk> chunks = text.chunks(5, randomIntBetween(1, 64));
        assertEquals(1, chunks.size());
        assertSame(text.ids(), chunks.getFirst().ids());
        assertEquals(3, chunks.getFirst().tokens());
    }

    public void testChunksHaveAboutEqualLength() {
        List<Chunk> chunks = text(1, 1, 1, 1, 1, 1, 1).chunks(8, 8);
        assertChunks(chunks, new int[] { 1, 10, 11, 12, 13, 2 }, new int[] { 1, 14, 15, 16, 2 });
        assertEquals(List.of(4, 3), chunks.stream().map(Chunk::tokens).toList());
        assertEquals(List.of(34, 33, 33), text(words(100, 1)).chunks(50, 8).stream().map(Chunk::tokens).toList());
    }

    public void testWordsAreNotSplit() {
        assertChunks(text(1, 1, 1, 2, 1, 1, 1).chunks(8, 8), new int[] { 1, 10, 11, 12, 2 }, new int[] { 1, 13, 14, 15, 16, 17, 2 });
    }

    public void testWordIsSplitWhereUnavoidable() {
        assertEquals("a single word", List.of(4, 4), text(8).chunks(8, 8).stream().map(Chunk::tokens).toList());
        assertEquals("12 tokens fill two chunks", List.of(6, 6), text(5, 2, 5).chunks(8, 8).stream().map(Chunk::tokens).toList());
        assertEquals("else a chunk of one token", List.of(4, 4), text(1, 7).chunks(8, 8).stream().map(Chunk::tokens).toList());
    }

    public void testTokensBeyondTheLastChunkAreLeftOut() {
        int[] first = { 1, 10, 11, 12, 13, 2 };
        assertChunks(text(words(9, 1)).chunks(6, 2), first, new int[] { 1, 14, 15, 16, 17, 2 });
        // If the text is truncated anyway, no word needs to be split.
        assertChunks(text(3, 2, 3, 3).chunks(6, 2), new int[] { 1, 10, 11, 12, 2 }, new int[] { 1, 13, 14, 15, 16, 2 });
        assertChunks(text(3, 2, 3, 3).chunks(6, 1), first);
    }

    public void testEveryChunkStartsWithThePrefix() {
        TokenizedText text = text(1, 1, 1, 1, 1, 1, 1, 1);
        TokenizedText prefixed = new TokenizedText(text.ids(), text.wordIds(), 3, 1);
        List<Chunk> chunks = prefixed.chunks(8, 8);
        assertChunks(chunks, new int[] { 1, 10, 11, 12, 13, 14, 2 }, new int[] { 1, 10, 11, 15, 16, 17, 2 });
        assertEquals(List.of(3, 3), chunks.stream().map(Chunk::tokens).toList());
        assertChunks(new TokenizedText(text.ids(), text.wordIds(), 7, 1).chunks(6, 1), new int[] { 1, 10, 11, 12, 13, 2 });
    }

    public void testChunksHaveAllTokensInOrderWithinTheLimit() {
        int maxChunks = randomIntBetween(1, 12);
        int maxTokens = randomIntBetween(4, 40);
        int room = maxTokens - 2;
        TokenizedText text = text(randomArray(1, 150, Integer[]::new, () -> randomIntBetween(1, 6)));
        int tokens = text.ids().length - 2;
        List<Chunk> chunks = text.chunks(maxTokens, maxChunks);
        assertEquals(Math.min(maxChunks, Math.ceilDiv(tokens, room)), chunks.size());
        int next = 10;
        for (Chunk chunk : chunks) {
            assertThat(chunk.ids().length, lessThanOrEqualTo(maxTokens));
            assertEquals(chunk.ids().length - 2, chunk.tokens());
            assertEquals(1, chunk.ids()[0]);
            assertEquals(2, chunk.ids()[chunk.tokens() + 1]);
            for (int i = 1; i <= chunk.tokens(); i++) {
                assertEquals(next++, chunk.ids()[i]);
            }
        }
        if (tokens <= maxChunks * room) {
            assertEquals(tokens, next - 10);
        }
        int average = Math.min(room, tokens / chunks.size());
        chunks.forEach(chunk -> assertThat(chunk.tokens(), greaterThanOrEqualTo(average / 2)));
    }

    private static TokenizedText text(Integer[] tokensOfWords) {
        return text(Arrays.stream(tokensOfWords).mapToInt(Integer::intValue).toArray());
    }
}
