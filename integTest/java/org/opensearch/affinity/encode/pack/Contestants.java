package org.opensearch.affinity.encode.pack;

import ai.onnxruntime.OrtException;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.common.settings.Settings;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The encoders that a benchmark compares in one process: the plugin's and plain ways to run the same model. All use the same
 * tokenizer, truncate at the same length and run on the calling thread.
 */
public final class Contestants implements Closeable {
    /** Texts of a batch in encoders without batching by length. */
    private static final int NAIVE_BATCH = 32;

    private static final String MODEL = "all-minilm-l6-v2";
    private static final int ONNX_BATCH_TOKENS = 1024;

    private final Path onnx;
    private final ModelPack pack;
    private final SentenceEncoder best;
    private final ModelTokenizer tokenizer;
    private final List<EncoderContestant> all = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /**
     * @param target  the build's folder, with {@code native}, {@code models} and {@code weights}
     * @param threads number of threads that will call at the same time
     * @param slice   number of texts in each call of the plugin's encoder
     */
    public Contestants(Path target, int threads, int slice) throws IOException {
        this.onnx = target.resolve("weights").resolve(MODEL + ".onnx");
        this.pack = ModelPack.read(target.resolve("models").resolve(MODEL));
        TorchRuntime runtime = runtime(target, threads, Precision.F32.toString());
        this.tokenizer = opened(new ModelTokenizer(runtime.loadTokenizer(pack.tokenizer()), pack));
        SentenceEncoder unbudgeted = opened(SentenceEncoder.load(runtime, pack, Integer.MAX_VALUE));
        SentenceEncoder ours = opened(SentenceEncoder.load(runtime, pack));
        this.best = opened(SentenceEncoder.load(runtime(target, threads, Precision.AUTO), pack));
        OnnxBatches onnxBatches = opened(new OnnxBatches(onnx, tokenizer, pack));
        all.add(new EncoderContestant("one_at_a_time", "PyTorch f32, one text at a time", 1, unbudgeted::encode));
        String naiveTorch = "PyTorch f32, batches of " + NAIVE_BATCH + " as they come";
        all.add(new EncoderContestant("naive_f32", naiveTorch, NAIVE_BATCH, unbudgeted::encode));
        all.add(new EncoderContestant("f32", "Affinity f32", slice, ours::encode));
        if (precision().isPresent()) {
            all.add(new EncoderContestant("best", "Affinity " + precision().orElseThrow(), slice, best::encode));
        }
        String naiveOnnx = "ONNX Runtime f32, batches of " + NAIVE_BATCH + " as they come";
        all.add(new EncoderContestant("onnx_naive", naiveOnnx, NAIVE_BATCH, onnxBatches::inOneBatch));
        Function<List<String>, float[][]> sorted = texts -> onnxBatches.inBatches(texts, ONNX_BATCH_TOKENS);
        all.add(new EncoderContestant("onnx_sorted", "ONNX Runtime f32, Affinity's batches", slice, sorted));
    }

    /** The precision that the plugin chooses on this machine; empty if it is f32. */
    public Optional<String> precision() {
        return best.precision() == Precision.F32 ? Optional.empty() : Optional.of(best.precision().toString());
    }

    private static TorchRuntime runtime(Path target, int threads, String precision) {
        Settings settings = Settings.builder().put(TorchSettings.PRECISION.getKey(), precision).build();
        return new TorchRuntime(target.resolve("native"), threads, TorchSettings.of(settings));
    }

    /** All encoders, in the order in which they run; {@code naive_f32} is the baseline. */
    public List<EncoderContestant> all() {
        return List.copyOf(all);
    }

    /** The number of tokens of a truncated text, with special tokens. */
    public int tokens(String text) {
        return tokenizer.chunks(text, Purpose.ITEM, Chunking.TRUNCATE).getFirst().ids().length;
    }

    /** The reference unit vectors: from ONNX Runtime in f32, each text alone, pooled in double precision. */
    public float[][] reference(List<String> texts) throws IOException {
        try (OnnxReference reference = new OnnxReference(onnx, pack.tokenizer(), pack.maxTokens())) {
            float[][] vectors = new float[texts.size()][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = reference.encode(texts.get(i), pack.pooling());
            }
            return vectors;
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime cannot run " + onnx + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        while (open.isEmpty() == false) {
            try {
                open.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }
}
