package org.opensearch.affinity.profile;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The dimensions of a tracker's item vectors: when its profiles were begun, and now. They differ after the item index was created anew, or its
 * alias moved, with vectors of another model. Immutable.
 *
 * @param profiles as stored with the profile index; empty if that is not known
 * @param items    in the mappings of the item indices; empty if there is none
 */
public record VectorDimensions(List<Integer> profiles, List<Integer> items) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(VectorDimensions.class);

    /** Name in the {@code _meta} of the mapping of a profile index. */
    private static final String META = "vector_dimensions";

    public VectorDimensions(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private VectorDimensions(Frame in) throws IOException {
        this(in.readList(StreamInput::readVInt), in.readList(StreamInput::readVInt));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeCollection(profiles, StreamOutput::writeVInt);
            out.writeCollection(items, StreamOutput::writeVInt);
        }
    }

    /** Those of the generation in use. */
    public static VectorDimensions of(Tracker tracker, ClusterState state, IndexNameExpressionResolver resolver) {
        int live = ProfileGenerations.of(state).of(tracker.name()).live();
        IndexMetadata profiles = state.metadata().index(IndexNames.PROFILES.ofGeneration(tracker.name(), live));
        return new VectorDimensions(stored(profiles == null ? null : profiles.mapping()), ofItems(tracker, state, resolver));
    }

    private static List<Integer> stored(MappingMetadata mapping) {
        boolean isKnown = mapping != null && mapping.sourceAsMap().get("_meta") instanceof Map<?, ?> meta && meta.get(META) instanceof List<?>;
        return isKnown ? integers((List<?>) ((Map<?, ?>) mapping.sourceAsMap().get("_meta")).get(META)) : List.of();
    }

    /** The dimensions in the mappings of the item indices, in ascending order. */
    public static List<Integer> ofItems(Tracker tracker, ClusterState state, IndexNameExpressionResolver resolver) {
        String[] index = { tracker.items().index() };
        return integers(
            IndexExpressions.all(index, state, resolver)
                .stream()
                .map(metadata -> (Object) MappedField.of(tracker.items().vectorField(), metadata.mapping()).definition().get("dimension"))
                .toList()
        );
    }

    private static List<Integer> integers(Collection<?> values) {
        return values.stream().filter(Number.class::isInstance).map(value -> ((Number) value).intValue()).distinct().sorted().toList();
    }

    /** Adds the dimensions of items to the mapping of a new profile index. */
    static void store(List<Integer> ofItems, XContentBuilder mapping) throws IOException {
        mapping.startObject("_meta").field(META, ofItems).endObject();
    }

    /** Whether items have vectors of a dimension that they had not when the profiles were begun, which a rebuild mends. */
    public boolean needRebuild() {
        return profiles.isEmpty() == false && profiles.containsAll(items) == false;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        return builder.startObject().field("profiles", profiles).field("items", items).field("needs_rebuild", needRebuild()).endObject();
    }
}
