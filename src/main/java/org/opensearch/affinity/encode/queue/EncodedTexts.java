package org.opensearch.affinity.encode.queue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The results of texts that were encoded together: a vector or a failure for each. If a run of several texts fails, its halves are
 * run, and the halves of those that fail, until only the texts that cause failures have none. Immutable after {@link #of}.
 */
final class EncodedTexts {
    /** Enough to find four failing texts among 128, wherever they are. If there are more, some other texts may fail with them. */
    private static final int MAX_RUNS = 64;
    /** After this many splits runs have an eighth of the texts. If all of them fail, the cause is probably not a text. */
    private static final int SPLITS_INTO_EIGHTHS = 3;

    private final List<String> texts;
    private final Function<List<String>, float[][]> encoder;
    private final float[][] vectors;
    private final Exception[] failures;
    private boolean generalFailure;
    private int runs;

    private EncodedTexts(List<String> texts, Function<List<String>, float[][]> encoder) {
        this.texts = texts;
        this.encoder = encoder;
        this.vectors = new float[texts.size()][];
        this.failures = new Exception[texts.size()];
    }

    /** The texts {@code [from, to)}. */
    private record Range(int from, int to) {
        Stream<Range> halves() {
            int middle = (from + to) >>> 1;
            return to - from < 2 ? Stream.empty() : Stream.of(new Range(from, middle), new Range(middle, to));
        }
    }

    /**
     * Encodes texts.
     *
     * @param encoder returns unit vectors in the order of the texts it is given, or throws for all of them
     */
    static EncodedTexts of(List<String> texts, Function<List<String>, float[][]> encoder) {
        EncodedTexts encoded = new EncodedTexts(texts, encoder);
        List<Range> pending = List.of(new Range(0, texts.size()));
        for (int splits = 0; pending.isEmpty() == false; splits++) {
            pending = pending.stream().filter(range -> encoded.run(range) == false).flatMap(Range::halves).toList();
            if (splits == SPLITS_INTO_EIGHTHS && pending.isEmpty() == false && Stream.of(encoded.vectors).allMatch(Objects::isNull)) {
                encoded.generalFailure = true;
                return encoded;
            }
        }
        return encoded;
    }

    /** Unit vectors in the order of the texts, null for a text that failed. */
    float[][] vectors() {
        return vectors;
    }

    /** Failures in the order of the texts, null for a text that has a vector. */
    Exception[] failures() {
        return failures;
    }

    /** The first failure; null if there is none. */
    Exception firstFailure() {
        return Stream.of(failures).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** Whether all texts failed, probably for a reason other than a text. */
    boolean isGeneralFailure() {
        return generalFailure;
    }

    /** Runs texts and returns whether they have vectors. */
    private boolean run(Range range) {
        if (runs == MAX_RUNS) {
            return false;
        }
        runs++;
        try {
            float[][] encoded = encoder.apply(texts.subList(range.from, range.to));
            System.arraycopy(encoded, 0, vectors, range.from, encoded.length);
            Arrays.fill(failures, range.from, range.to, null);
            return true;
        } catch (Exception e) {
            Arrays.fill(failures, range.from, range.to, e);
            return false;
        }
    }
}
