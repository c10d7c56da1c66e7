package org.opensearch.affinity.encode.pack;

/**
 * How a text longer than the model's input is encoded: it is split into chunks, each at most as long as the model's input, and the
 * text after the last chunk is left out. The parameters are {@code pooling} and {@code max_chunks}.
 *
 * @param maxChunks 1 to {@value #LIMIT}; 1 is to truncate
 */
public record Chunking(int maxChunks) {
    /** {@code pooling: truncate}: the text is cut where the model ends reading. */
    public static final Chunking TRUNCATE = new Chunking(1);

    public static final String POOLING = "pooling";
    public static final String MAX_CHUNKS = "max_chunks";

    public static final int LIMIT = 64;
    private static final int DEFAULT_MAX_CHUNKS = 8;

    public Chunking {
        requireMaxChunks(maxChunks);
    }

    /**
     * The chunking of the parameters of a request or a processor.
     *
     * @param pooling   {@code truncate} or {@code chunks}; null for {@code truncate}
     * @param maxChunks null for the default, 8; must be null unless {@code pooling} is {@code chunks}
     * @throws IllegalArgumentException naming the wrong parameter, its value and the right ones
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
            case "chunks" -> new Chunking(maxChunks == null ? DEFAULT_MAX_CHUNKS : requireMaxChunks(maxChunks));
            default -> throw new IllegalArgumentException("[" + POOLING + "] is [" + pooling + "]; wanted [truncate] or [chunks]");
        };
    }

    /**
     * The bytes that the vector of a text takes on the heap, plus the tokens and vectors of its chunks if there can be several. An
     * upper bound: it counts one token for each character.
     */
    public long heapBytes(ModelPack pack, String text) {
        long vector = (long) pack.dimension() * Float.BYTES;
        int chunks = Math.min(maxChunks, 1 + text.length() / pack.maxTokens());
        return chunks == 1 ? vector : vector + chunks * (vector + (long) pack.maxTokens() * Integer.BYTES);
    }

    private static int requireMaxChunks(Object value) {
        if (value instanceof Integer number && number >= 1 && number <= LIMIT) {
            return number;
        }
        throw new IllegalArgumentException("[" + MAX_CHUNKS + "] is [" + value + "]; wanted a whole number from 1 to [" + LIMIT + "]");
    }
}
