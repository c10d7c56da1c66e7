package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * The query {@code affinity_similar}: items like some that are named, which are left out themselves. The score is the
 * cosine with the nearest of those, in (0, 1]. As in {@code more_like_this}, an item that does not exist is like nothing;
 * a warning names it.
 */
public final class SimilarQueryBuilder extends RetrievalQueryBuilder<SimilarQueryBuilder> {
    public static final String NAME = "affinity_similar";
    static final int MAX_ITEMS = 32;
    /** A header has no room for more. */
    private static final int NAMED_ITEMS = 5;
    private static final TimeValue VECTORS_TIMEOUT = TimeValue.timeValueMillis(500);

    private static final ConstructingObjectParser<Object[], Void> PARSER = new ConstructingObjectParser<>(NAME, args -> args);
    private static final int OWN = 3;

    static {
        PARSER.declareString(optionalConstructorArg(), new ParseField("tracker"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("item"));
        PARSER.declareStringArray(optionalConstructorArg(), new ParseField("items"));
        KnnParameters.declare(PARSER);
    }

    private final String tracker;
    private final List<String> items;

    private SimilarQueryBuilder(String tracker, List<String> items, KnnParameters reach) {
        super(reach);
        this.tracker = tracker;
        this.items = items;
    }

    public SimilarQueryBuilder(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        items = in.readStringList();
    }

    @Override
    void writeOwn(StreamOutput out) throws IOException {
        out.writeString(tracker);
        out.writeStringCollection(items);
    }

    /** Every error names the field, the value and what would be right. */
    public static SimilarQueryBuilder fromXContent(XContentParser parser) {
        Object[] said = PARSER.apply(parser, null);
        String tracker = required(NAME, "tracker", said[0], "name the tracker whose items are compared");
        List<String> items = items((String) said[1], said[2]);
        return KnnParameters.dress(new SimilarQueryBuilder(tracker, items, KnnParameters.of(NAME, said, OWN)), said, OWN);
    }

    private static List<String> items(String one, Object many) {
        if ((one == null) == (many == null)) {
            throw new IllegalArgumentException("[" + NAME + "] needs either [item], one item's id, or [items], a list of them");
        }
        List<String> items = one != null ? List.of(one) : ((List<?>) many).stream().map(String.class::cast).distinct().toList();
        if (items.isEmpty() || items.size() > MAX_ITEMS) {
            throw new IllegalArgumentException("[" + NAME + "] [items] must be 1 to " + MAX_ITEMS + " ids, got [" + items.size() + "]");
        }
        items.forEach(item -> notEmpty(NAME, one != null ? "item" : "items", item));
        return items;
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetItemVectorsAction.Request get = new GetItemVectorsAction.Request(tracker, items, VECTORS_TIMEOUT);
        client.execute(GetItemVectorsAction.INSTANCE, get, ActionListener.map(listener, this::resolved));
    }

    private Resolved resolved(GetItemVectorsAction.Response found) {
        List<String> unknown = new ArrayList<>(items);
        unknown.removeAll(found.vectors().keySet());
        String warning = warning(unknown);
        if (found.vectors().isEmpty()) {
            return Resolved.nothing(warning);
        }
        InterestVectors like = NearestQueryBuilder.near(found.tracker().items().vectorField(), found.vectors());
        KnnParameters others = reach().without(found.tracker().items(), items);
        return new Resolved(new NearestQueryBuilder(like, others, true), unknown.isEmpty() ? List.of() : List.of(warning));
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
        return new SimilarQueryBuilder(tracker, items, reach());
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
