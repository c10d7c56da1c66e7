package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.hash.MessageDigests;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * 128 bits of the SHA-256 of everything a node's vector of a text depends on: equal fingerprints mean equal
 * vectors. The precision is not among it: a model has one precision as long as the node runs.
 */
record Fingerprint(long high, long low) {

    /** Bytes of one, as an object on the heap. */
    static final int BYTES = 32;

    /** @param text as the model gets it: normal, and cut */
    static Fingerprint of(ModelPack pack, Purpose purpose, Chunking chunking, String text) {
        MessageDigest digest = MessageDigests.sha256();
        String chunks = Integer.toString(chunking.maxChunks());
        for (String part : new String[] { pack.name(), pack.modelSha256(), pack.tokenizerSha256(), purpose.name(), chunks }) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            // No part can run into the next one.
            digest.update((byte) 0);
        }
        // The characters as they are: an encoding would make one question mark of all unpaired surrogates.
        ByteBuffer characters = ByteBuffer.allocate(text.length() * Character.BYTES);
        characters.asCharBuffer().put(text);
        digest.update(characters);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new Fingerprint(hash.getLong(), hash.getLong());
    }
}
