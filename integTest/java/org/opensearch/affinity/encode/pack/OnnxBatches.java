package org.opensearch.affinity.encode.pack;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An encoder on ONNX Runtime with padded batches and one thread a call, for comparison and not as reference. Thread-safe. */
final class OnnxBatches implements Closeable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final ModelTokenizer tokenizer;
    private final ModelPack pack;

    /** @param tokenizer not closed with this */
    OnnxBatches(Path onnx, ModelTokenizer tokenizer, ModelPack pack) throws IOException {
        this.tokenizer = tokenizer;
        this.pack = pack;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            this.session = environment.createSession(onnx.toString(), options);
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime cannot load " + onnx + ": " + e.getMessage(), e);
        }
    }

    /** The new unit vectors of texts, run as one batch. */
    float[][] inOneBatch(List<String> texts) {
        return inBatches(texts, Integer.MAX_VALUE);
    }

    /** The new unit vectors of texts, run in the batches of {@link TokenBatch#cut}. */
    float[][] inBatches(List<String> texts, int budget) {
        int[][] ids = texts.stream().map(this::tokenize).toArray(int[][]::new);
        float[][] vectors = new float[ids.length][];
        for (TokenBatch batch : TokenBatch.cut(ids, budget)) {
            try {
                run(batch, ids, vectors);
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
            }
        }
        return vectors;
    }

    @Override
    public void close() throws IOException {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IOException(e);
        }
    }

    private int[] tokenize(String text) {
        return tokenizer.chunks(text, Purpose.ITEM, Chunking.TRUNCATE).getFirst().ids();
    }

    private void run(TokenBatch batch, int[][] ids, float[][] vectors) throws OrtException {
        int rows = batch.rows().length;
        int width = batch.width();
        LongBuffer input = longs(rows * width);
        LongBuffer mask = longs(rows * width);
        for (int i = 0; i < rows; i++) {
            int[] row = ids[batch.rows()[i]];
            for (int j = 0; j < row.length; j++) {
                input.put(i * width + j, row[j]);
                mask.put(i * width + j, 1);
            }
        }
        long[] shape = { rows, width };
        try (
            OnnxTensor inputs = OnnxTensor.createTensor(environment, input, shape);
            OnnxTensor masks = OnnxTensor.createTensor(environment, mask, shape);
            OnnxTensor types = OnnxTensor.createTensor(environment, longs(rows * width), shape);
            OrtSession.Result result = session.run(Map.of("input_ids", inputs, "attention_mask", masks, "token_type_ids", types))
        ) {
            FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int i = 0; i < rows; i++) {
                int row = batch.rows()[i];
                int tokens = pack.pooling() == Pooling.MEAN ? ids[row].length : 1;
                vectors[row] = pool(hidden, i * width * pack.dimension(), tokens);
            }
        }
    }

    private float[] pool(FloatBuffer hidden, int from, int tokens) {
        float[] sum = new float[pack.dimension()];
        float[] token = new float[sum.length];
        for (int t = 0; t < tokens; t++) {
            hidden.get(from + t * sum.length, token);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += token[i];
            }
        }
        double square = 0;
        for (float value : sum) {
            square += (double) value * value;
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int i = 0; i < sum.length; i++) {
            sum[i] *= scale;
        }
        return sum;
    }

    private static LongBuffer longs(int count) {
        return ByteBuffer.allocateDirect(count * Long.BYTES).order(ByteOrder.nativeOrder()).asLongBuffer();
    }
}
