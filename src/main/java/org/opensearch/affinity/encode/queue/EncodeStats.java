package org.opensearch.affinity.encode.queue;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node's encoder did since the node started, and what it holds now.
 *
 * @param device       what the models run on
 * @param precisions   of each model
 * @param queriesTexts texts that wait, for queries
 * @param itemsTexts   texts that wait, of items
 * @param queueBytes   what they take on the heap
 */
public record EncodeStats(
    String device,
    Map<String, String> precisions,
    int queriesTexts,
    int itemsTexts,
    long queueBytes,
    Work work,
    Cached cache,
    Breaker breaker
) implements Writeable, ToXContentFragment {

    /**
     * @param rejected     requests that found the queue full
     * @param withdrawn    requests that were cancelled or timed out
     * @param failed       requests that failed in the model
     * @param texts        texts that ran through the model
     * @param tokens       theirs
     * @param paddedTokens with the padding that made batches rectangular
     * @param busyNanos    time during which at least one thread encoded, loading of models not counted
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
        Work(StreamInput in) throws IOException {
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
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVLong(rejected);
            out.writeVLong(withdrawn);
            out.writeVLong(failed);
            out.writeVLong(batches);
            out.writeVLong(texts);
            out.writeVLong(tokens);
            out.writeVLong(paddedTokens);
            out.writeVLong(busyNanos);
        }

        /** 0 before the first token. */
        public double tokensPerSecond() {
            return busyNanos == 0 ? 0 : tokens * 1e9 / busyNanos;
        }
    }

    /** Texts that were found and not found, vectors that made room, and what is there now. */
    public record Cached(long hits, long misses, long evictions, long vectors, long bytes, long limit) implements Writeable {
        Cached(StreamInput in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVLong(hits);
            out.writeVLong(misses);
            out.writeVLong(evictions);
            out.writeVLong(vectors);
            out.writeVLong(bytes);
            out.writeVLong(limit);
        }
    }

    /** Bytes of requests in the system, the most there may be, and how many were refused for it. */
    public record Breaker(long estimated, long limit, long tripped) implements Writeable {
        Breaker(StreamInput in) throws IOException {
            this(in.readZLong(), in.readZLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeZLong(estimated);
            out.writeZLong(limit);
            out.writeVLong(tripped);
        }
    }

    public EncodeStats(StreamInput in) throws IOException {
        this(
            in.readString(),
            in.readMap(StreamInput::readString, StreamInput::readString),
            in.readVInt(),
            in.readVInt(),
            in.readVLong(),
            new Work(in),
            new Cached(in),
            new Breaker(in)
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(device);
        out.writeMap(precisions, StreamOutput::writeString, StreamOutput::writeString);
        out.writeVInt(queriesTexts);
        out.writeVInt(itemsTexts);
        out.writeVLong(queueBytes);
        work.writeTo(out);
        cache.writeTo(out);
        breaker.writeTo(out);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("encode").field("device", device).field("precision", new TreeMap<>(precisions));
        builder.startObject("queue").field("query_texts", queriesTexts).field("item_texts", itemsTexts);
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
