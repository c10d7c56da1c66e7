package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;

import java.io.Closeable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Texts into what one model reads. Thread-safe. */
final class ModelTokenizer implements Closeable {
    private final HuggingFaceTokenizer tokenizer;
    private final ModelPack pack;
    /** The ids of each purpose's prefix. */
    private final Map<Purpose, int[]> prefixes = new EnumMap<>(Purpose.class);

    /** @param tokenizer one that adds special tokens and does not truncate; closed with this */
    ModelTokenizer(HuggingFaceTokenizer tokenizer, ModelPack pack) {
        this.tokenizer = tokenizer;
        this.pack = pack;
        for (Purpose purpose : Purpose.values()) {
            TokenizedText alone = tokenize(pack.prefix(purpose), new int[0]);
            prefixes.put(purpose, Arrays.copyOfRange(alone.ids(), alone.head(), alone.ids().length - alone.tail()));
        }
    }

    /**
     * The chunks of a text with its purpose's prefix, at least one. A text much longer than its chunks can
     * hold is cut before it is tokenised.
     */
    List<Chunk> chunks(String text, Purpose purpose, Chunking chunking) {
        TokenizedText tokens = tokenize(pack.prefix(purpose) + pack.cut(text, chunking), prefixes.get(purpose));
        return tokens.chunks(pack.maxTokens(), chunking.most());
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    /** One text at a time: the tokenizer's own batches start threads that nobody sees. */
    private TokenizedText tokenize(String text, int[] prefix) {
        Encoding encoding = tokenizer.encode(text);
        int[] ids = checked(encoding.getIds());
        long[] special = encoding.getSpecialTokenMask();
        int head = 0;
        while (head < ids.length && special[head] == 1) {
            head++;
        }
        int tail = 0;
        while (tail < ids.length - head && special[ids.length - 1 - tail] == 1) {
            tail++;
        }
        return new TokenizedText(ids, encoding.getWordIds(), head + common(prefix, ids, head, ids.length - tail), tail);
    }

    /** How much of the prefix is there: its end may have become one token with the text's first word. */
    private static int common(int[] prefix, int[] ids, int from, int to) {
        int differs = Arrays.mismatch(prefix, 0, prefix.length, ids, from, to);
        return differs < 0 ? prefix.length : differs;
    }

    private int[] checked(long[] ids) {
        int[] checked = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            // On a GPU an id without an embedding would take the whole device down.
            if (ids[i] < 0 || ids[i] >= pack.vocabulary()) {
                throw new IllegalStateException(
                    "[model] [" + pack.name() + "]: the tokenizer made token [" + ids[i] + "] of [" + pack.vocabulary() + "]"
                );
            }
            checked[i] = (int) ids[i];
        }
        return checked;
    }
}
