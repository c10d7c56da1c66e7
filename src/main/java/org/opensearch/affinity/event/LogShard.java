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
 * One shard of the behaviour log as one tracker follows it into one generation of its profiles: the parameters of a persistent
 * task. Immutable.
 *
 * @param tracker    the tracker's name
 * @param generation the generation of profiles that the events are applied to, see {@code ProfileGenerations}
 * @param shard      the shard of the event index
 * @param history    distinguishes this shard from earlier ones of the same name and number
 */
public record LogShard(String tracker, int generation, ShardId shard, ShardHistory history) implements PersistentTaskParams {
    /** The name of the type of persistent task that follows a log shard. */
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

    /** Creates a log shard for the first generation, of an index that was never restored. */
    public LogShard(String tracker, ShardId shard) {
        this(tracker, 0, shard, new ShardHistory(shard.getIndex().getUUID(), 0, 0));
    }

    /** Returns the log shard of a shard as it is in this cluster state. */
    static LogShard of(String tracker, int generation, IndexMetadata index, int shard, ClusterState state) {
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
        return builder.field("history", history.id()).field("created", history.created()).field("term", history.firstTerm()).endObject();
    }

    /**
     * Returns the key by which profiles, item rows and progress refer to the shard: {@code <history id>/<shard number>}. A new
     * index of the same name has other keys, and so has a restored one.
     */
    public String key() {
        return key(history.id(), shard.id());
    }

    private static String key(String historyId, int shard) {
        return historyId + "/" + shard;
    }

    /** Returns the log shard that this one was before its index was restored, see {@link LogShardOrigin}. */
    public LogShard withHistory(String historyId) {
        return new LogShard(tracker, generation, shard, new ShardHistory(historyId, history.created(), history.firstTerm()));
    }

    /** Returns the keys of the shards of all indices of the cluster. */
    public static Set<String> existingKeys(ClusterState state) {
        Set<String> keys = new HashSet<>();
        for (IndexMetadata index : state.metadata()) {
            for (int shard = 0; shard < index.getNumberOfShards(); shard++) {
                keys.add(key(ShardHistory.id(index), shard));
            }
        }
        return keys;
    }

    /** Returns the id of the persistent task that follows the shard. The cluster runs at most one task of an id. */
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
