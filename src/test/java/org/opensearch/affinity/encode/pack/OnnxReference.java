package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The reference for vectors: the same weights in ONNX Runtime, one text at a time and without padding, pooled here in double
 * precision. Texts are cut here and not by the tokenizer.
 */
final class OnnxReference implements Closeable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final int maxTokens;

    OnnxReference(Path onnx, Path tokenizer, int maxTokens) throws IOException, OrtException {
        this.session = environment.createSession(onnx.toString(), new OrtSession.SessionOptions());
        this.tokenizer = HuggingFaceTokenizer.builder().optTokenizerPath(tokenizer).optTruncation(false).optPadding(false).build();
        this.maxTokens = maxTokens;
    }

    /** The token ids of a text, at most {@code maxTokens}, the last one always [SEP]. */
    long[] ids(String text) {
        long[] ids = tokenizer.encode(text).getIds();
        if (ids.length <= maxTokens) {
            return ids;
        }
        long[] cut = Arrays.copyOf(ids, maxTokens);
        cut[maxTokens - 1] = ids[ids.length - 1];
        return cut;
    }

    /** The new unit vector of a text. */
    float[] encode(String text, Pooling pooling) throws OrtException {
        long[] ids = ids(text);
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (
            OnnxTensor input = OnnxTensor.createTensor(environment, new long[][] { ids });
            OnnxTensor mask = OnnxTensor.createTensor(environment, new long[][] { ones });
            OnnxTensor types = OnnxTensor.createTensor(environment, new long[][] { new long[ids.length] });
            OrtSession.Result result = session.run(Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))
        ) {
            float[][] hidden = ((float[][][]) result.get(0).getValue())[0];
            int tokens = pooling == Pooling.MEAN ? hidden.length : 1;
            double[] sum = new double[hidden[0].length];
            for (int token = 0; token < tokens; token++) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += hidden[token][i];
                }
            }
            double norm = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
            float[] unit = new float[sum.length];
            for (int i = 0; i < unit.length; i++) {
                unit[i] = (float) (sum[i] / norm);
            }
            return unit;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
