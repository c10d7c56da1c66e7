package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.hash.MessageDigests;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The key of a text's vector in the cache: 128 bits of the SHA-256 of everything that the vector depends on. It does not include the
 * precision, as a model has one precision as long as the node runs.
 */
record Fingerprint(long high, long low) {

    /** The bytes of a fingerprint on the heap. */
    static final int BYTES = 32;

    /** @param text in the form that the model reads, normalised and cut */
    static Fingerprint of(ModelPack pack, Purpose purpose, Chunking chunking, String text) {
        MessageDigest digest = MessageDigests.sha256();
        String maxChunks = Integer.toString(chunking.maxChunks());
        for (String part : new String[] { pack.name(), pack.modelSha256(), pack.tokenizerSha256(), purpose.name(), maxChunks }) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            // Separates the parts.
            digest.update((byte) 0);
        }
        // The UTF-16 code units, as an encoding to UTF-8 would replace all unpaired surrogates by the same character.
        ByteBuffer characters = ByteBuffer.allocate(text.length() * Character.BYTES);
        characters.asCharBuffer().put(text);
        digest.update(characters);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new Fingerprint(hash.getLong(), hash.getLong());
    }
}
