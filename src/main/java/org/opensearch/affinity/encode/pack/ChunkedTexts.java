package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;

import java.util.List;

/** The rows of several texts: the chunks of the first one in their order, then those of the second one, and so on. */
final class ChunkedTexts {
    private final List<List<Chunk>> texts;
    private final int[][] ids;
    /** Of rows: whether a text starts there. */
    private final boolean[] starts;

    /** @param texts the chunks of each, at least one */
    ChunkedTexts(List<List<Chunk>> texts) {
        this.texts = texts;
        this.ids = texts.stream().flatMap(List::stream).map(Chunk::ids).toArray(int[][]::new);
        this.starts = new boolean[ids.length];
        int row = 0;
        for (List<Chunk> chunks : texts) {
            starts[row] = true;
            row += chunks.size();
        }
    }

    /** Token ids of each row. */
    int[][] ids() {
        return ids;
    }

    /** What a batch of these rows has cost; a text counts where its first chunk ran. */
    BatchReport ran(TokenBatch batch) {
        int begun = 0;
        for (int row : batch.rows()) {
            begun += starts[row] ? 1 : 0;
        }
        return batch.ran(ids, begun);
    }

    /**
     * The vectors of the texts: that of its only chunk, or the mean of its chunks' vectors, each weighted by how many
     * tokens of the text it stands for.
     *
     * @param rows a vector of each row
     * @return in the texts' order; a mean has not unit length
     */
    float[][] pool(float[][] rows) {
        float[][] vectors = new float[texts.size()][];
        int row = 0;
        for (int i = 0; i < vectors.length; i++) {
            List<Chunk> chunks = texts.get(i);
            vectors[i] = chunks.size() == 1 ? rows[row] : mean(chunks, rows, row);
            row += chunks.size();
        }
        return vectors;
    }

    private static float[] mean(List<Chunk> chunks, float[][] rows, int from) {
        float total = chunks.stream().mapToInt(Chunk::tokens).sum();
        float[] mean = new float[rows[from].length];
        for (int i = 0; i < chunks.size(); i++) {
            float weight = chunks.get(i).tokens() / total;
            for (int j = 0; j < mean.length; j++) {
                mean[j] += weight * rows[from + i][j];
            }
        }
        return mean;
    }
}
