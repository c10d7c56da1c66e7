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

/** What of a request's texts is known, and what is to be encoded, each text once. */
final class CacheLookup {
    private final Fingerprint[] keys;
    private final Map<Fingerprint, float[]> known = new HashMap<>();
    private final Map<Fingerprint, String> missing = new LinkedHashMap<>();

    private CacheLookup(int texts) {
        keys = new Fingerprint[texts];
    }

    /** Brings texts to the form in which the model gets them and looks them up. */
    static CacheLookup of(VectorCache cache, ModelPack pack, Purpose purpose, Chunking chunking, List<String> texts) {
        CacheLookup lookup = new CacheLookup(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String text = pack.cut(NormalizedText.of(texts.get(i)), chunking);
            Fingerprint key = Fingerprint.of(pack, purpose, chunking, text);
            lookup.keys[i] = key;
            if (lookup.known.containsKey(key) || lookup.missing.containsKey(key)) {
                continue;
            }
            float[] vector = cache.get(key);
            if (vector == null) {
                lookup.missing.put(key, text);
            } else {
                lookup.known.put(key, vector);
            }
        }
        return lookup;
    }

    /** Texts to be encoded. */
    List<String> missing() {
        return List.copyOf(missing.values());
    }

    /**
     * @param encoded vectors of the missing texts, in their order, null for those that failed; they are put into the cache
     * @return vectors of all texts, in their order
     */
    float[][] keep(VectorCache cache, float[][] encoded) {
        int next = 0;
        for (Fingerprint key : missing.keySet()) {
            if (encoded[next] != null) {
                cache.put(key, encoded[next]);
                known.put(key, encoded[next]);
            }
            next++;
        }
        return vectors();
    }

    /** The same for missing texts of which some failed; in the answer it is the texts at all positions that need them. */
    FailedTexts keep(VectorCache cache, FailedTexts failed) {
        Map<Fingerprint, Exception> failures = new HashMap<>();
        int next = 0;
        for (Fingerprint key : missing.keySet()) {
            failures.put(key, failed.failures()[next++]);
        }
        return new FailedTexts(keep(cache, failed.vectors()), Stream.of(keys).map(failures::get).toArray(Exception[]::new));
    }

    /** Vectors of all texts, in their order, once none is missing. */
    float[][] vectors() {
        float[][] vectors = new float[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            vectors[i] = known.get(keys[i]);
        }
        return vectors;
    }
}
