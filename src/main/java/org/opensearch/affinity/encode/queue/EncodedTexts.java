package org.opensearch.affinity.encode.queue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What became of texts that were encoded together: each has a vector or a failure. Where they fail together, they are run
 * again in halves, and what fails of these in halves again, until the texts to blame stand alone; the others have their vectors.
 */
final class EncodedTexts {
    /** Finds four bad texts of 128 wherever they are. Where there are more, some good ones may fail beside them. */
    private static final int MOST_RUNS = 64;
    /** Where all eighths fail, it is hardly a text that is to blame. */
    private static final int EIGHTHS = 3;

    private final List<String> texts;
    private final Function<List<String>, float[][]> device;
    private final float[][] vectors;
    private final Exception[] failures;
    private boolean general;
    private int runs;

    private EncodedTexts(List<String> texts, Function<List<String>, float[][]> device) {
        this.texts = texts;
        this.device = device;
        this.vectors = new float[texts.size()][];
        this.failures = new Exception[texts.size()];
    }

    /** Texts {@code [from, to)}. */
    private record Range(int from, int to) {
        Stream<Range> halves() {
            int middle = (from + to) >>> 1;
            return to - from < 2 ? Stream.empty() : Stream.of(new Range(from, middle), new Range(middle, to));
        }
    }

    /** @param device gives vectors in the order of the texts that it gets, or fails for all of them */
    static EncodedTexts of(List<String> texts, Function<List<String>, float[][]> device) {
        EncodedTexts encoded = new EncodedTexts(texts, device);
        List<Range> open = List.of(new Range(0, texts.size()));
        for (int splits = 0; open.isEmpty() == false; splits++) {
            open = open.stream().filter(range -> encoded.run(range) == false).flatMap(Range::halves).toList();
            if (splits == EIGHTHS && open.isEmpty() == false && Stream.of(encoded.vectors).allMatch(Objects::isNull)) {
                encoded.general = true;
                return encoded;
            }
        }
        return encoded;
    }

    /** In the texts' order, null where a text failed. */
    float[][] vectors() {
        return vectors;
    }

    /** In the texts' order, null where a text has a vector. */
    Exception[] failures() {
        return failures;
    }

    /** The first failure, null if there is none. */
    Exception failure() {
        return Stream.of(failures).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** Whether the texts failed for a reason that is probably none of theirs. */
    boolean isGeneral() {
        return general;
    }

    /** Returns whether the texts have their vectors. */
    private boolean run(Range range) {
        if (runs == MOST_RUNS) {
            return false;
        }
        runs++;
        try {
            float[][] made = device.apply(texts.subList(range.from, range.to));
            System.arraycopy(made, 0, vectors, range.from, made.length);
            Arrays.fill(failures, range.from, range.to, null);
            return true;
        } catch (Exception e) {
            Arrays.fill(failures, range.from, range.to, e);
            return false;
        }
    }
}
