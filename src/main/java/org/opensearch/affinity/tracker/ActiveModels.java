package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.affinity.tracker.ActiveModels.Active;
import org.opensearch.cluster.ClusterState;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * The trained model that each tracker ranks with, by tracker, as a part of the cluster state: a change takes effect on all nodes and for
 * all new searches at once. A tracker that ranks without a trained model has no entry. Immutable.
 */
public final class ActiveModels extends MetadataMap<Active> {
    public static final Kind<Active, ActiveModels> KIND = new Kind<>(
        "affinity_models",
        Active::new,
        ActiveModels::new
    );

    /**
     * The active model of a tracker.
     *
     * @param number       of the model among those of its tracker, from 1
     * @param recencyDecay the weight of each item of a history relative to that of the next newer one, above 0, at most 1
     * @param ranking      learned ranking parameters, for those that neither the search nor the tracker sets
     */
    public record Active(int number, float recencyDecay, Ranking ranking) implements Writeable, ToXContentObject {
        private static final Format FORMAT = Format.first(Active.class);
        public Active(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Active(Frame in) throws IOException {
            this(in.readVInt(), in.readFloat(), new Ranking(in));
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(number);
                out.writeFloat(recencyDecay);
                ranking.writeTo(out);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("number", number).field("keep", recencyDecay).startObject("ranking");
            return ranking.toXContent(builder, params).endObject().endObject();
        }
    }

    private ActiveModels(Entries<Active> entries) {
        super(KIND, entries);
    }

    /** The active models of a cluster state. */
    public static ActiveModels of(ClusterState state) {
        return KIND.of(state);
    }

    /** The active model of a tracker; null if it ranks without one. */
    public Active of(String tracker) {
        return values().get(tracker);
    }

    /** A cluster state in which the tracker ranks with this model. */
    public ClusterState activate(ClusterState state, String tracker, Active model) {
        return with(state, tracker, model);
    }
}
