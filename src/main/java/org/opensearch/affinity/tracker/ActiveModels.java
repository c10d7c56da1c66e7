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
import java.util.List;

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
     * @param forYou       the same of searches without a text, which the query {@code affinity} makes
     */
    public record Active(int number, float recencyDecay, Ranking ranking, Ranking forYou) implements Writeable, ToXContentObject {
        /** Format 2 has {@code forYou}; before, the parameters were the same. */
        private static final Format FORMAT = Format.first(Active.class).withField(2);

        public Active(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Active(Frame in) throws IOException {
            this(in, in.readVInt(), in.readFloat(), new Ranking(in));
        }

        private Active(Frame in, int number, float recencyDecay, Ranking ranking) throws IOException {
            this(number, recencyDecay, ranking, in.format() < 2 ? ranking : new Ranking(in));
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(number);
                out.writeFloat(recencyDecay);
                ranking.writeTo(out);
                forYou.writeTo(out);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("number", number).field("keep", recencyDecay).startObject("ranking");
            ranking.toXContent(builder, params).endObject().startObject("for_you");
            return forYou.toXContent(builder, params).endObject().endObject();
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

    /** The indices of all active models. */
    public List<String> indices() {
        return values().entrySet().stream().map(entry -> IndexNames.MODELS.index(entry.getKey(), entry.getValue().number())).toList();
    }

    /** A cluster state in which the tracker ranks with this model. */
    public ClusterState activate(ClusterState state, String tracker, Active model) {
        return with(state, tracker, model);
    }
}
