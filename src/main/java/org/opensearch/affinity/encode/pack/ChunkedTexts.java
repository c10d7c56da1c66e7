package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.pack.TokenizedText.Chunk;

import java.util.List;

/** The chunks of several texts as rows: the chunks of the first text in their order, then those of the second one, and so on. */
final class ChunkedTexts {
    private final List<List<Chunk>> texts;
    private final int[][] ids;
    /** By row, whether it is the first chunk of a text. */
    private final boolean[] starts;

    /** @param texts the chunks of each text, at least one */
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

    /** The token ids of each row. */
    int[][] ids() {
        return ids;
    }

    /** The size of a batch of these rows. A text is counted in the batch of its first chunk. */
    BatchReport report(TokenBatch batch) {
        int firstChunks = 0;
        for (int row : batch.rows()) {
            firstChunks += starts[row] ? 1 : 0;
        }
        return batch.report(ids, firstChunks);
    }

    /**
     * The vectors of the texts: the vector of a text's only chunk, or the mean of its chunks' vectors, weighted by their numbers of
     * tokens.
     *
     * @param rows a unit vector for each row
     * @return in the order of the texts; new arrays, not of unit length, for texts of several chunks, else those of the rows
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
