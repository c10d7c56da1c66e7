package org.opensearch.affinity.encode.queue;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The statistics of a node's encoder: counts since the node was started, and the present state of queue, cache and breaker.
 *
 * @param device            name of the device that models run on
 * @param precisions        precisions by model, {@code auto} for one that is still to be measured
 * @param waitingQueryTexts number of waiting texts of queries
 * @param waitingItemTexts  number of waiting texts of items
 * @param queueBytes        bytes of all waiting texts on the heap
 */
public record EncodeStats(
    String device,
    Map<String, String> precisions,
    int waitingQueryTexts,
    int waitingItemTexts,
    long queueBytes,
    Work work,
    Cached cache,
    Breaker breaker
) implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(EncodeStats.class);

    /**
     * Counts since the node was started.
     *
     * @param rejected     requests that were rejected because the queue was full
     * @param withdrawn    requests that were cancelled or timed out
     * @param failed       requests that failed in the model
     * @param batches      batches that were run
     * @param texts        texts that were run
     * @param tokens       tokens that were run, without padding
     * @param paddedTokens tokens that were run, with padding
     * @param busyNanos    time during which at least one thread encoded, in nanoseconds, without loading of models
     */
    public record Work(
        long rejected,
        long withdrawn,
        long failed,
        long batches,
        long texts,
        long tokens,
        long paddedTokens,
        long busyNanos
    ) implements Writeable {
        private static final Format FORMAT = Format.first(Work.class);

        Work(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Work(Frame in) throws IOException {
            this(
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong()
            );
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(rejected);
                out.writeVLong(withdrawn);
                out.writeVLong(failed);
                out.writeVLong(batches);
                out.writeVLong(texts);
                out.writeVLong(tokens);
                out.writeVLong(paddedTokens);
                out.writeVLong(busyNanos);
            }
        }

        /** Tokens per second of busy time; 0 before the first token. */
        double tokensPerSecond() {
            return busyNanos == 0 ? 0 : tokens * 1e9 / busyNanos;
        }
    }

    /**
     * The cache of vectors: counts since the node was started, and its present size.
     *
     * @param hits      texts that were found
     * @param misses    texts that were not found
     * @param evictions vectors that were removed to make room
     * @param vectors   vectors in the cache
     * @param bytes     their bytes on the heap
     * @param limit     maximum number of bytes
     */
    public record Cached(long hits, long misses, long evictions, long vectors, long bytes, long limit) implements Writeable {
        private static final Format FORMAT = Format.first(Cached.class);

        Cached(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Cached(Frame in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(hits);
                out.writeVLong(misses);
                out.writeVLong(evictions);
                out.writeVLong(vectors);
                out.writeVLong(bytes);
                out.writeVLong(limit);
            }
        }
    }

    /**
     * The circuit breaker.
     *
     * @param estimated estimated bytes of the requests that are being encoded
     * @param limit     maximum number of bytes
     * @param tripped   requests that were refused because of the limit, since the node was started
     */
    public record Breaker(long estimated, long limit, long tripped) implements Writeable {
        private static final Format FORMAT = Format.first(Breaker.class);

        Breaker(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Breaker(Frame in) throws IOException {
            this(in.readZLong(), in.readZLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeZLong(estimated);
                out.writeZLong(limit);
                out.writeVLong(tripped);
            }
        }
    }

    public EncodeStats(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private EncodeStats(Frame in) throws IOException {
        this(
            in.readString(),
            in.readMap(StreamInput::readString, StreamInput::readString),
            in.readVInt(),
            in.readVInt(),
            in.readVLong(),
            new Work((StreamInput) in),
            new Cached((StreamInput) in),
            new Breaker((StreamInput) in)
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(device);
            out.writeMap(precisions, StreamOutput::writeString, StreamOutput::writeString);
            out.writeVInt(waitingQueryTexts);
            out.writeVInt(waitingItemTexts);
            out.writeVLong(queueBytes);
            work.writeTo(out);
            cache.writeTo(out);
            breaker.writeTo(out);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("encode").field("device", device).field("precision", new TreeMap<>(precisions));
        builder.startObject("queue").field("query_texts", waitingQueryTexts).field("item_texts", waitingItemTexts);
        builder.field("bytes", queueBytes).endObject();
        builder.field("rejected", work.rejected).field("cancelled", work.withdrawn).field("failures", work.failed);
        builder.field("batches", work.batches).field("texts", work.texts);
        builder.field("tokens", work.tokens).field("padded_tokens", work.paddedTokens);
        builder.field("busy_in_millis", work.busyNanos / 1_000_000).field("tokens_per_second", Math.round(work.tokensPerSecond()));
        builder.startObject("cache").field("hits", cache.hits).field("misses", cache.misses).field("evictions", cache.evictions);
        builder.field("vectors", cache.vectors).field("bytes", cache.bytes).field("limit_in_bytes", cache.limit).endObject();
        builder.startObject("breaker").field("estimated_in_bytes", breaker.estimated).field("limit_in_bytes", breaker.limit);
        return builder.field("tripped", breaker.tripped).endObject().endObject();
    }
}
