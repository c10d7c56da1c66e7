package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The query {@code affinity_similar}: items similar to given items, without these. The score is the cosine with the nearest of them, in
 * (0, 1]. As in {@code more_like_this}, an item that does not exist matches nothing; a warning names it. An item that the caller may not
 * search is treated in the same way.
 */
public final class SimilarQueryBuilder extends RetrievalQueryBuilder<SimilarQueryBuilder> {
    private static final Format FORMAT = Format.first(SimilarQueryBuilder.class);
    public static final String NAME = "affinity_similar";
    static final int MAX_ITEMS = 32;
    /** The most items that a warning names: it is a header of the response. */
    private static final int NAMED_ITEMS = 5;
    private static final TimeValue VECTORS_TIMEOUT = TimeValue.timeValueMillis(500);
    private static final FieldPath PATH = FieldPath.body("[" + NAME + "] ");

    /** The query as it was sent. */
    private static final class Builder extends KnnParameters.Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            ValueReader<String> item = Values.id("the id of an item");
            PARSER.declare("tracker", Parameter.TRACKER.reader(), (b, value) -> b.tracker = value);
            PARSER.declare("item", Values.text("the id of an item"), (b, value) -> b.item = value);
            PARSER.declare("items", Values.oneOrList(item, 1, "1 to " + MAX_ITEMS + " ids"), (b, value) -> b.items = value);
            KnnParameters.Builder.declare(PARSER);
        }

        private String tracker;
        private String item;
        private List<String> items;

        private SimilarQueryBuilder build() {
            PATH.field("tracker").require(tracker, "name the tracker whose items are compared");
            if ((item == null) == (items == null)) {
                throw PATH.failure("needs either [item], one item's id, or [items], a list of them");
            }
            List<String> different = item != null ? List.of(item) : items.stream().distinct().toList();
            if (different.size() > MAX_ITEMS) {
                throw PATH.field("items").mustBe("1 to " + MAX_ITEMS + " ids", different.size());
            }
            return named(new SimilarQueryBuilder(tracker, different, knn()));
        }
    }

    private final String tracker;
    private final List<String> items;

    private SimilarQueryBuilder(String tracker, List<String> items, KnnParameters knn) {
        super(knn);
        this.tracker = tracker;
        this.items = items;
    }

    public SimilarQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
        items = in.readStringList();
    }

    @Override
    void writeOwn(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
            out.writeStringCollection(items);
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    public static SimilarQueryBuilder fromXContent(XContentParser parser) throws IOException {
        return Builder.PARSER.parse(parser, PATH).build();
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetItemVectorsAction.Request definition = new GetItemVectorsAction.Request(tracker, List.of(), VECTORS_TIMEOUT);
        client.execute(GetItemVectorsAction.INSTANCE, definition, ActionListener.wrap(found -> {
            TrackedItems tracked = found.tracker().items();
            ActionListener<Map<String, float[]>> vectors = ActionListener.map(listener, visible -> resolved(tracked, visible));
            new VisibleVectors(tracked).find(client, items, VECTORS_TIMEOUT, vectors);
        }, listener::onFailure));
    }

    /** @param visible vectors of the items; one document may have the ids of other items too */
    private Resolved resolved(TrackedItems tracked, Map<String, float[]> visible) {
        visible.keySet().retainAll(items);
        List<String> unknown = new ArrayList<>(items);
        unknown.removeAll(visible.keySet());
        String warning = warning(unknown);
        if (visible.isEmpty()) {
            return Resolved.nothing(warning);
        }
        InterestVectors vectors = NearestQueryBuilder.near(tracked.vectorField(), visible);
        KnnParameters others = knn().without(tracked, items);
        return new Resolved(new NearestQueryBuilder(vectors, others, true), unknown.isEmpty() ? List.of() : List.of(warning));
    }

    private String warning(List<String> unknown) {
        List<String> some = unknown.subList(0, Math.min(NAMED_ITEMS, unknown.size()));
        String more = unknown.size() > some.size() ? " and [" + (unknown.size() - some.size()) + "] more" : "";
        return "[affinity_similar] of tracker [" + tracker + "] these items do not exist or have no vector: " + some + more;
    }

    @Override
    String unavailable() {
        return "[affinity_similar] the items' vectors are not available: the query [affinity_similar] matches nothing";
    }

    @Override
    SimilarQueryBuilder copy() {
        return new SimilarQueryBuilder(tracker, items, knn());
    }

    @Override
    void ownXContent(XContentBuilder builder) throws IOException {
        builder.field("tracker", tracker).field("items", items);
    }

    @Override
    boolean equalsOwn(SimilarQueryBuilder other) {
        return tracker.equals(other.tracker) && items.equals(other.items);
    }

    @Override
    int hashOwn() {
        return Objects.hash(tracker, items);
    }

    @Override
    public String getName() {
        return NAME;
    }
}
