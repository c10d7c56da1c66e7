package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.FailedTexts;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The texts of one request, looked up in the cache: the vectors that were found, and the texts to encode, each once. */
final class CacheLookup {
    /** By position of the request's texts. */
    private final Fingerprint[] keys;
    private final Map<Fingerprint, float[]> vectors = new HashMap<>();
    private final Map<Fingerprint, String> missing = new LinkedHashMap<>();

    private CacheLookup(int texts) {
        keys = new Fingerprint[texts];
    }

    /** Normalises and cuts texts to the form that the model reads, and looks them up. */
    static CacheLookup of(VectorCache cache, ModelPack pack, Purpose purpose, Chunking chunking, List<String> texts) {
        CacheLookup lookup = new CacheLookup(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String text = pack.cut(NormalizedText.of(texts.get(i)), chunking);
            Fingerprint key = Fingerprint.of(pack, purpose, chunking, text);
            lookup.keys[i] = key;
            if (lookup.vectors.containsKey(key) || lookup.missing.containsKey(key)) {
                continue;
            }
            float[] vector = cache.get(key);
            if (vector == null) {
                lookup.missing.put(key, text);
            } else {
                lookup.vectors.put(key, vector);
            }
        }
        return lookup;
    }

    /** The texts to encode. */
    List<String> missing() {
        return List.copyOf(missing.values());
    }

    /**
     * Puts the vectors of the missing texts into the cache.
     *
     * @param encoded unit vectors in the order of the missing texts, null for a text that failed; the arrays become shared with the
     *                cache
     * @return the vectors of all texts of the request, as {@link #vectors} has them
     */
    float[][] store(VectorCache cache, float[][] encoded) {
        int next = 0;
        for (Fingerprint key : missing.keySet()) {
            if (encoded[next] != null) {
                cache.put(key, encoded[next]);
                vectors.put(key, encoded[next]);
            }
            next++;
        }
        return vectors();
    }

    /**
     * Puts the vectors of the missing texts into the cache, where some of these texts failed.
     *
     * @param failed vectors and failures in the order of the missing texts
     * @return vectors and failures in the order of all texts of the request
     */
    FailedTexts store(VectorCache cache, FailedTexts failed) {
        Map<Fingerprint, Exception> failures = new HashMap<>();
        int next = 0;
        for (Fingerprint key : missing.keySet()) {
            failures.put(key, failed.failures()[next++]);
        }
        return new FailedTexts(store(cache, failed.vectors()), Stream.of(keys).map(failures::get).toArray(Exception[]::new));
    }

    /**
     * Unit vectors in the order of the request's texts, null for a text without one so far. Equal texts share an array, and arrays are
     * shared with the cache.
     */
    float[][] vectors() {
        return Stream.of(keys).map(vectors::get).toArray(float[][]::new);
    }
}
