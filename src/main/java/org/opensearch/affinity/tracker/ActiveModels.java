package org.opensearch.affinity.tracker;

import org.opensearch.Version;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.cluster.AbstractNamedDiffable;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.NamedDiff;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;

/**
 * Which trained model each tracker ranks with, as part of the cluster state: it changes for all nodes and all searches at
 * once. A tracker that uses none is not in it. Immutable.
 */
public final class ActiveModels extends AbstractNamedDiffable<Metadata.Custom> implements Metadata.Custom {
    public static final String TYPE = "affinity_models";
    private static final ActiveModels NONE = new ActiveModels(new TreeMap<>());
    private static final ConstructingObjectParser<Active, Void> ACTIVE = new ConstructingObjectParser<>(
        "model",
        args -> new Active((int) args[0], (float) args[1], (Ranking) args[2])
    );

    static {
        ACTIVE.declareInt(constructorArg(), new ParseField("number"));
        ACTIVE.declareFloat(constructorArg(), new ParseField("keep"));
        ACTIVE.declareObject(constructorArg(), (p, c) -> Ranking.parse(p, FieldPath.body("")), new ParseField("ranking"));
    }

    /**
     * @param number  of the model among those of its tracker
     * @param keep    what each item of a history counts of the next newer one, above 0, at most 1
     * @param ranking how its signals are to be weighed where neither search nor tracker says it
     */
    public record Active(int number, float keep, Ranking ranking) implements Writeable {
        public Active(StreamInput in) throws IOException {
            this(in.readVInt(), in.readFloat(), new Ranking(in));
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVInt(number);
            out.writeFloat(keep);
            ranking.writeTo(out);
        }
    }

    private final SortedMap<String, Active> byTracker;

    private ActiveModels(SortedMap<String, Active> byTracker) {
        this.byTracker = Collections.unmodifiableSortedMap(byTracker);
    }

    public ActiveModels(StreamInput in) throws IOException {
        this(new TreeMap<>(in.readMap(StreamInput::readString, Active::new)));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(byTracker, StreamOutput::writeString, (o, active) -> active.writeTo(o));
    }

    public static NamedDiff<Metadata.Custom> readDiffFrom(StreamInput in) throws IOException {
        return readDiffFrom(Metadata.Custom.class, TYPE, in);
    }

    public static ActiveModels fromXContent(XContentParser parser) throws IOException {
        SortedMap<String, Active> byTracker = new TreeMap<>();
        while (parser.nextToken() != XContentParser.Token.END_OBJECT) {
            String tracker = parser.currentName();
            parser.nextToken();
            byTracker.put(tracker, ACTIVE.apply(parser, null));
        }
        return new ActiveModels(byTracker);
    }

    /** Reads what stands for one model in the cluster state. */
    public static Active active(XContentParser parser) {
        return ACTIVE.apply(parser, null);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        for (String tracker : byTracker.keySet()) {
            Active active = byTracker.get(tracker);
            builder.startObject(tracker).field("number", active.number).field("keep", active.keep).startObject("ranking");
            active.ranking.toXContent(builder, params).endObject().endObject();
        }
        return builder;
    }

    public static ActiveModels of(ClusterState state) {
        ActiveModels models = state.metadata().custom(TYPE);
        return models == null ? NONE : models;
    }

    /** Null where the tracker uses none. */
    public Active of(String tracker) {
        return byTracker.get(tracker);
    }

    /** A state in which the tracker uses a model; null for none. */
    public ClusterState with(ClusterState state, String tracker, Active active) {
        SortedMap<String, Active> changed = new TreeMap<>(byTracker);
        if (active == null) {
            changed.remove(tracker);
        } else {
            changed.put(tracker, active);
        }
        Metadata metadata = Metadata.builder(state.metadata()).putCustom(TYPE, new ActiveModels(changed)).build();
        return ClusterState.builder(state).metadata(metadata).build();
    }

    @Override
    public EnumSet<Metadata.XContentContext> context() {
        return Metadata.ALL_CONTEXTS;
    }

    @Override
    public String getWriteableName() {
        return TYPE;
    }

    @Override
    public Version getMinimalSupportedVersion() {
        return Version.V_3_6_0;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ActiveModels other && byTracker.equals(other.byTracker);
    }

    @Override
    public int hashCode() {
        return byTracker.hashCode();
    }
}
