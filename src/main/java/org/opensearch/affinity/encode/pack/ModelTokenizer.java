package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;

import java.io.Closeable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Tokenises texts for one model and splits them into chunks. Thread-safe. */
final class ModelTokenizer implements Closeable {
    private final HuggingFaceTokenizer tokenizer;
    private final ModelPack pack;
    /** Token ids of the prefix of each purpose, without special tokens. */
    private final Map<Purpose, int[]> prefixes = new EnumMap<>(Purpose.class);

    /** @param tokenizer adds special tokens and does not truncate; closed with this */
    ModelTokenizer(HuggingFaceTokenizer tokenizer, ModelPack pack) {
        this.tokenizer = tokenizer;
        this.pack = pack;
        for (Purpose purpose : Purpose.values()) {
            TokenizedText alone = tokenize(pack.prefix(purpose), new int[0]);
            prefixes.put(purpose, Arrays.copyOfRange(alone.ids(), alone.head(), alone.ids().length - alone.tail()));
        }
    }

    /**
     * The chunks of a text, each with the prefix of the purpose; at least one. A text much longer than its chunks can hold is cut
     * before it is tokenised.
     */
    List<Chunk> chunks(String text, Purpose purpose, Chunking chunking) {
        TokenizedText tokens = tokenize(pack.prefix(purpose) + pack.cut(text, chunking), prefixes.get(purpose));
        return tokens.chunks(pack.maxTokens(), chunking.maxChunks());
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    /** Tokenises one text: the tokenizer's calls for several texts start threads of their own, outside the node's thread pools. */
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
        return new TokenizedText(ids, encoding.getWordIds(), head + commonLength(prefix, ids, head, ids.length - tail), tail);
    }

    /** The number of tokens of the prefix that the ids start with: its end may have merged into one token with the text's first word. */
    private static int commonLength(int[] prefix, int[] ids, int from, int to) {
        int differs = Arrays.mismatch(prefix, 0, prefix.length, ids, from, to);
        return differs < 0 ? prefix.length : differs;
    }

    private int[] checked(long[] ids) {
        int[] checked = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            // On a GPU, an id without an embedding makes the device unusable for the whole process.
            if (ids[i] < 0 || ids[i] >= pack.vocabulary()) {
                throw new IllegalStateException(
                    "[model] [" + pack.name() + "]: the tokenizer returned token id [" + ids[i] + "]; ids must be from 0 to ["
                        + (pack.vocabulary() - 1)
                        + "]"
                );
            }
            checked[i] = (int) ids[i];
        }
        return checked;
    }
}
