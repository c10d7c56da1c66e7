package org.opensearch.affinity.node;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Definitions that name fields and indices as OpenSearch does, and definitions that cannot be followed and are refused. */
public class TrackedFieldsTests extends AffinityNodeTestCase {
    private static final String VECTOR = "\"v\": {\"type\": \"affinity_vector\", \"dimension\": 2}";

    /** Refuses searches of indices whose names begin with {@code secret}, as a security plugin does. */
    public static final class Rights extends Plugin implements ActionPlugin {
        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(new ActionFilter.Simple() {
                @Override
                public int order() {
                    return 0;
                }

                @Override
                protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                    if (request instanceof SearchRequest search && Set.of(search.indices()).stream().anyMatch(i -> i.startsWith("secret"))) {
                        listener.onFailure(new OpenSearchStatusException("no permissions", RestStatus.FORBIDDEN));
                        return false;
                    }
                    return true;
                }
            });
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class, Rights.class);
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void index(String name, String mapping) {
        client().admin().indices().prepareCreate(name).setMapping(mapping).get();
    }

    private void items(String name, String... fields) {
        String properties = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        index(name, "{\"properties\": {" + VECTOR + properties + "}}");
    }

    private void put(String items, String events, String more) throws IOException {
        String definition = "{\"items\": {%s}, \"events\": {%s}, \"actions\": {\"click\": 1}%s}".formatted(items, events, more);
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("t", parser))).actionGet();
        }
    }

    private void assertRefused(String message, String items, String events, String more) {
        Exception e = expectThrows(Exception.class, () -> put(items, events, more));
        Throwable cause = ExceptionsHelper.unwrapCause(e);
        assertTrue(cause.getMessage(), cause.getMessage().contains(message));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(cause));
    }

    private void assertItemsRefused(String message, String index, String more) {
        assertRefused(message, "\"index\": \"" + index + "\", \"vector_field\": \"v\"" + more, "\"index\": \"log\"", "");
    }

    public void testFieldsAreFoundAsOpenSearchNamesThem() throws IOException {
        items(
            "products",
            "\"title\": {\"type\": \"text\", \"fields\": {\"en\": {\"type\": \"text\", \"analyzer\": \"whitespace\"}}}",
            "\"sku\": {\"type\": \"text\", \"fields\": {\"keyword\": {\"type\": \"keyword\"}}}",
            "\"book.sold\": {\"type\": \"integer\"}",
            "\"price\": {\"type\": \"alias\", \"path\": \"book.sold\"}"
        );
        String more = ", \"id_field\": \"sku.keyword\", \"text_fields\": [\"title.en\", \"title\"]";
        String signals = ", \"signals\": {\"sold\": {\"field\": \"book.sold\", \"pivot\": 3}, \"price\": {\"field\": \"price\", \"pivot\": 3}}";
        put("\"index\": \"products\", \"vector_field\": \"v\"" + more, "\"index\": \"log\"", signals);
        index("flat", "{\"disable_objects\": true, \"properties\": {" + VECTOR + ", \"a.id\": {\"type\": \"keyword\"}}}");
        client().execute(
            org.opensearch.affinity.manage.DeleteTrackerAction.INSTANCE,
            new org.opensearch.affinity.manage.DeleteTrackerAction.Request("t")
        ).actionGet();
        put("\"index\": \"flat\", \"vector_field\": \"v\", \"id_field\": \"a.id\"", "\"index\": \"log\"", "");
    }

    public void testItemsThatCannotBeReadAreRefused() {
        items(
            "products",
            "\"sku\": {\"type\": \"keyword\", \"doc_values\": false}",
            "\"low\": {\"type\": \"keyword\", \"normalizer\": \"lowercase\"}",
            "\"n\": {\"type\": \"nested\", \"properties\": {\"id\": {\"type\": \"keyword\"}, \"o\": {\"properties\": {" + VECTOR + "}}}}"
        );
        assertItemsRefused("[items.id_field] [sku] of index [products] must have doc values", "products", ", \"id_field\": \"sku\"");
        assertItemsRefused("[items.id_field] [low] of index [products] has a normalizer", "products", ", \"id_field\": \"low\"");
        assertItemsRefused("[n.id] of index [products] is in the nested object [n]", "products", ", \"id_field\": \"n.id\"");
        assertRefused(
            "[items.vector_field] [n.o.v] of index [products] is in the nested object [n]",
            "\"index\": \"products\", \"vector_field\": \"n.o.v\"",
            "\"index\": \"log\"",
            ""
        );
        index("bare", "{\"_source\": {\"enabled\": false}, \"properties\": {" + VECTOR + "}}");
        assertItemsRefused("[items.index] [bare] of index [bare] has no [_source]", "bare", "");
        String source = "{\"_source\": {\"excludes\": [\"t*\", \"v\"]}, \"properties\": {" + VECTOR + ", \"title\": {\"type\": \"text\"}}}";
        index("part", source);
        assertItemsRefused("[items.text_fields] [title] of index [part] is not kept in [_source]", "part", ", \"text_fields\": \"title\"");
    }

    public void testAVectorNeedNotBeInTheSource() throws IOException {
        index("part", "{\"_source\": {\"excludes\": [\"v\"]}, \"properties\": {" + VECTOR + "}}");
        put("\"index\": \"part\", \"vector_field\": \"v\"", "\"index\": \"log\"", "");
    }

    public void testASignalNeedsNumbers() {
        items(
            "products",
            "\"k\": {\"type\": \"keyword\"}",
            "\"d\": {\"type\": \"long\", \"doc_values\": false}",
            "\"a\": {\"type\": \"alias\", \"path\": \"k\"}"
        );
        String items = "\"index\": \"products\", \"vector_field\": \"v\"";
        for (String field : List.of("k", "a")) {
            String signal = ", \"signals\": {\"s\": {\"field\": \"" + field + "\", \"pivot\": 1}}";
            assertRefused("[signals.s.field] [k] of index [products] must be a field of type [boolean", items, "\"index\": \"log\"", signal);
        }
        String signal = ", \"signals\": {\"s\": {\"field\": \"d\", \"half_life\": \"1d\"}}";
        assertRefused("[signals.s.field] [d] of index [products] must have doc values", items, "\"index\": \"log\"", signal);
    }

    public void testALogThatCannotBeReadIsRefused() throws IOException {
        items("products");
        String items = "\"index\": \"products\", \"vector_field\": \"v\"";
        index("bare", "{\"_source\": {\"enabled\": false}}");
        assertRefused("[events.index] [bare] of index [bare] has no [_source]", items, "\"index\": \"none,b*\"", "");
        index("part", "{\"_source\": {\"excludes\": [\"user_id\", \"action*\"]}}");
        assertRefused("[events.fields.action] [action_name] of index [part] is not kept", items, "\"index\": \"part\"", "");
        put(items, "\"index\": \"part\", \"fields\": {\"action\": \"act\"}", "");
        index("sub", "{\"properties\": {\"sku\": {\"type\": \"text\", \"fields\": {\"keyword\": {\"type\": \"keyword\"}}}}}");
        String sub = "\"index\": \"sub\", \"fields\": {\"item\": \"sku.keyword\"}";
        put(items, sub, ""); // events are read at [sku]
        String unkept = "{\"_source\": {\"excludes\": [\"sku\"]}, \"properties\": {\"sku\": {\"type\": \"keyword\", \"fields\": {\"raw\": {\"type\": \"keyword\"}}}}}";
        index("sub_unkept", unkept);
        String raw = "\"index\": \"sub_unkept\", \"fields\": {\"item\": \"sku.raw\"}";
        assertRefused("[events.fields.item] [sku.raw] of index [sub_unkept] is not kept in [_source]", items, raw, "");
        index("unrated", "{\"_source\": {\"excludes\": [\"stars\", \"event_attributes.rating\"]}}");
        assertRefused("[events.fields.rating] [stars] of index [unrated] is not kept", items, "\"index\": \"unrated\", \"fields\": {\"rating\": \"stars\"}", "");
        put(items, "\"index\": \"unrated\"", ""); // nobody asked for ratings
    }

    public void testIndicesThatCannotBeItemsAreRefused() {
        items("products");
        client().admin().indices().prepareClose("products").get();
        assertItemsRefused("[items.index] index [products] is closed: open it first", "products", "");
        assertItemsRefused("[items.index] no such index [none]", "none", "");
        assertItemsRefused("[items.index] no such index [none-*]", "none-*", "");
        assertItemsRefused("[items.index] a pattern does not match indices whose names begin with a dot", ".ds-*", "");
        assertItemsRefused("[items.index] must be the name or alias of an index, or a pattern such as [products-*], got [a,b]", "a,b", "");
        assertItemsRefused("[items.index] must be the name or alias", "*", "");
        assertItemsRefused("[items.index] must be the name or alias", ".affinity-interests-t", "");
        items(".hidden");
        assertItemsRefused("[items.index] no such index [*den]", "*den", "");
    }

    public void testTheCallerMustBeAllowedToSearchWhatIsTracked() throws IOException {
        items("secret-items");
        items("products");
        for (String[] names : new String[][] { { "secret-items", "log", "items" }, { "products", "log,secret-log", "events" } }) {
            String items = "\"index\": \"" + names[0] + "\", \"vector_field\": \"v\"";
            Exception e = expectThrows(Exception.class, () -> put(items, "\"index\": \"" + names[1] + "\"", ""));
            assertEquals(RestStatus.FORBIDDEN, ExceptionsHelper.status(ExceptionsHelper.unwrapCause(e)));
            assertTrue(e.getMessage(), e.getMessage().contains("[" + names[2] + ".index] the caller may not search [" + names[1 - (names[2].equals("items") ? 1 : 0)]));
        }
        assertFalse(client().admin().indices().prepareExists(".affinity-interests-t.1").get().isExists());
        put("\"index\": \"products\", \"vector_field\": \"v\"", "\"index\": \"log\"", "");
    }
}
