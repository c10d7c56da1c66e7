package org.opensearch.affinity.encode.pack;

/**
 * What becomes of a text longer than the model reads: at most so many chunks of it are encoded, each as long as
 * the model reads at most, and what lies beyond them is cut. Parameters {@code pooling} and {@code max_chunks}.
 *
 * @param most 1 to {@value #LIMIT}
 */
public record Chunking(int most) {
    /** {@code pooling: truncate}: the text is cut where the model ends reading. */
    public static final Chunking TRUNCATE = new Chunking(1);

    public static final String POOLING = "pooling";
    public static final String MAX_CHUNKS = "max_chunks";

    public static final int LIMIT = 64;
    private static final int DEFAULT_MOST = 8;

    public Chunking {
        requireMost(most);
    }

    /**
     * @param pooling   {@code truncate} or {@code chunks}, null for truncate
     * @param maxChunks null for the default; only for {@code chunks}
     * @throws IllegalArgumentException naming the parameter that is wrong, its value and what would be right
     */
    public static Chunking of(String pooling, Object maxChunks) {
        String mode = pooling == null ? "truncate" : pooling;
        return switch (mode) {
            case "truncate" -> {
                if (maxChunks != null) {
                    throw new IllegalArgumentException(
                        "[" + MAX_CHUNKS + "] is [" + maxChunks + "], which needs [" + POOLING + "] to be [chunks]; it is [truncate]"
                    );
                }
                yield TRUNCATE;
            }
            case "chunks" -> new Chunking(maxChunks == null ? DEFAULT_MOST : requireMost(maxChunks));
            default -> throw new IllegalArgumentException("[" + POOLING + "] is [" + pooling + "]; wanted [truncate] or [chunks]");
        };
    }

    /**
     * What a text's vector takes on the heap, with the tokens and vectors of its chunks if there can be several.
     * The chunks are estimated from above: one token for each character.
     */
    public long bytes(ModelPack pack, String text) {
        long vector = (long) pack.dimension() * Float.BYTES;
        int chunks = Math.min(most, 1 + text.length() / pack.maxTokens());
        return chunks == 1 ? vector : vector + chunks * (vector + (long) pack.maxTokens() * Integer.BYTES);
    }

    private static int requireMost(Object value) {
        if (value instanceof Integer number && number >= 1 && number <= LIMIT) {
            return number;
        }
        throw new IllegalArgumentException("[" + MAX_CHUNKS + "] is [" + value + "]; wanted a whole number from 1 to [" + LIMIT + "]");
    }
}
