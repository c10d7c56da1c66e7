package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.Query;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.List;

/**
 * The items of a user's history, by their ids. Shards get it from the coordinator; it cannot be sent. In slow logs, lists of tasks and the
 * profile API it shows the number of items and not the items.
 */
public final class ItemsQueryBuilder extends AbstractQueryBuilder<ItemsQueryBuilder> {
    private static final Format FORMAT = Format.first(ItemsQueryBuilder.class);
    public static final String NAME = "affinity_items";

    private final String field;
    private final List<String> items;

    /**
     * @param field that holds the items' ids, may be {@code _id}
     * @param items at least one
     */
    ItemsQueryBuilder(String field, List<String> items) {
        this.field = field;
        this.items = items;
    }

    public ItemsQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        field = in.readString();
        items = in.readStringList();
    }

    @Override
    protected void doWriteTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(field);
            out.writeStringCollection(items);
        }
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("field", field).field("items", items.size());
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        QueryBuilder byId = field.equals("_id")
            ? QueryBuilders.idsQuery().addIds(items.toArray(String[]::new))
            : QueryBuilders.termsQuery(field, items);
        // Rewritten, because the ids query needs it; it registers nothing.
        return new CountedItems(field, items.size(), byId.rewrite(context).toQuery(context));
    }

    @Override
    protected boolean doEquals(ItemsQueryBuilder other) {
        return field.equals(other.field) && items.equals(other.items);
    }

    @Override
    protected int doHashCode() {
        return 31 * field.hashCode() + items.hashCode();
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
