package org.opensearch.affinity.event;

import org.opensearch.Version;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.persistent.PersistentTaskParams;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * One shard of the behaviour log, as one tracker follows it: what a persistent task is about.
 *
 * @param generation of the profiles that it is folded into, see {@code Generations}
 */
public record LogShard(String tracker, int generation, ShardId shard, ShardHistory history) implements PersistentTaskParams {
    /** The name of the persistent task that follows a log shard. */
    public static final String TASK = "affinity/follow";

    private static final ConstructingObjectParser<LogShard, Void> PARSER = new ConstructingObjectParser<>(
        TASK,
        args -> new LogShard(
            (String) args[0],
            args[4] == null ? 0 : (int) args[4],
            new ShardId(new Index((String) args[1], (String) args[2]), (int) args[3]),
            new ShardHistory(
                args[5] == null ? (String) args[2] : (String) args[5],
                args[6] == null ? 0 : (long) args[6],
                args[7] == null ? 0 : (long) args[7]
            )
        )
    );

    static {
        PARSER.declareString(constructorArg(), new ParseField("tracker"));
        PARSER.declareString(constructorArg(), new ParseField("index"));
        PARSER.declareString(constructorArg(), new ParseField("index_uuid"));
        PARSER.declareInt(constructorArg(), new ParseField("shard"));
        PARSER.declareInt(optionalConstructorArg(), new ParseField("generation"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("history"));
        PARSER.declareLong(optionalConstructorArg(), new ParseField("created"));
        PARSER.declareLong(optionalConstructorArg(), new ParseField("term"));
    }

    /** Of the first generation, and of a shard that was never restored. */
    public LogShard(String tracker, ShardId shard) {
        this(tracker, 0, shard, new ShardHistory(shard.getIndex().getUUID(), 0, 0));
    }

    /** A shard as it is now. */
    public static LogShard of(String tracker, int generation, IndexMetadata index, int shard, ClusterState state) {
        return new LogShard(tracker, generation, new ShardId(index.getIndex(), shard), ShardHistory.of(index, shard, state));
    }

    public LogShard(StreamInput in) throws IOException {
        this(in.readString(), in.readVInt(), new ShardId(in), new ShardHistory(in));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(tracker);
        out.writeVInt(generation);
        shard.writeTo(out);
        history.writeTo(out);
    }

    public static LogShard fromXContent(XContentParser parser) {
        return PARSER.apply(parser, null);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("tracker", tracker).field("index", shard.getIndexName());
        builder.field("index_uuid", shard.getIndex().getUUID()).field("shard", shard.id()).field("generation", generation);
        return builder.field("history", history.id()).field("created", history.created()).field("term", history.term()).endObject();
    }

    /** Names the shard for as long as it exists: a new index of the same name has another key, and so has a restored one. */
    public String key() {
        return key(history.id(), shard.id());
    }

    private static String key(String history, int shard) {
        return history + "/" + shard;
    }

    /** The slice that it was, see {@link LogShardOrigin}. */
    public LogShard as(String earlier) {
        return new LogShard(tracker, generation, shard, new ShardHistory(earlier, history.created(), history.term()));
    }

    /** The keys of all shards there are. */
    public static Set<String> keys(ClusterState state) {
        Set<String> keys = new HashSet<>();
        for (IndexMetadata index : state.metadata()) {
            for (int shard = 0; shard < index.getNumberOfShards(); shard++) {
                keys.add(key(ShardHistory.id(index), shard));
            }
        }
        return keys;
    }

    /** The id of the persistent task that follows it; the cluster holds at most one task of an id. */
    public String taskId() {
        return "affinity-" + tracker + (generation == 0 ? "" : "." + generation) + "-" + key();
    }

    @Override
    public String getWriteableName() {
        return TASK;
    }

    @Override
    public Version getMinimalSupportedVersion() {
        return Version.V_3_6_0;
    }
}
