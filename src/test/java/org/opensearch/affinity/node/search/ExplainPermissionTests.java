package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchSecurityException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** What a search shows of a profile with and without the permission to explain it, and what logs show of a history. */
public class ExplainPermissionTests extends RankTestCase {
    private static final String USER = "\"tracker\": \"t\", \"user\": \"ann\"";
    private static final String SEEN = "{\"affinity_seen\": {" + USER + "}}";
    private static final String EXCLUDED = "{\"bool\": {\"must_not\": " + SEEN + "}}";

    private static volatile boolean permitted;

    /** Refuses the permission as the security plugin does. */
    public static final class PermissionPlugin extends Plugin implements ActionPlugin {
        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(new ActionFilter.Simple() {
                @Override
                public int order() {
                    return 0;
                }

                @Override
                protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                    if (permitted || action.equals(ExplainProfileAction.NAME) == false) {
                        return true;
                    }
                    listener.onFailure(new OpenSearchSecurityException("no permissions for [" + action + "]", RestStatus.FORBIDDEN));
                    return false;
                }
            });
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return Stream.concat(super.getPlugins().stream(), Stream.of(PermissionPlugin.class)).toList();
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void shop() throws Exception {
        permitted = false;
        createItems("shop", 1, "");
        index("shop", "tent", item(3, 1, 0, 0, 0));
        index("shop", "stove", item(2, 0.9f, 0.1f, 0, 0));
        index("shop", "desk", item(1, 0, 1, 0, 0));
        refresh("shop");
        track("t", "shop", "");
        event("ann", "purchase", "tent");
        event("bob", "purchase", "desk");
        awaitProfiles("t");
    }

    private static String explanations(Answer answer) {
        StringBuilder all = new StringBuilder();
        answer.response().getHits().forEach(hit -> all.append(hit.getExplanation()));
        return all.toString();
    }

    private void assertForbidden(String body) {
        Exception e = expectThrows(Exception.class, () -> search("shop", body));
        assertEquals(e.toString(), RestStatus.FORBIDDEN, ExceptionsHelper.status(e));
        String message = ExceptionsHelper.unwrapCause(e).getMessage();
        assertTrue(message, message.contains("[affinity_seen] outside of [must_not]") && message.contains(ExplainProfileAction.NAME));
    }

    public void testReasonsAndExamplesNeedThePermission() throws Exception {
        shop();
        Answer ranked = rescored("shop", 10, USER, "");
        assertEquals("to be ranked needs no more", List.of(), ranked.warnings());
        Answer refused = rescored("shop", 10, USER + ", \"why\": true", ", \"explain\": true");
        assertEquals(ranked.scores(), refused.scores());
        assertTrue(refused.warnings().toString(), refused.warnings().toString().contains(ExplainProfileAction.NAME));
        assertEquals(1, refused.warnings().size());
        for (SearchHit hit : refused.response().getHits()) {
            assertNull(hit.field(ReasonsFetchSubPhase.FIELD));
        }
        assertTrue(explanations(refused), explanations(refused).contains("liked interest #1, strength * cosine"));
        assertFalse(explanations(refused), explanations(refused).contains("examples"));

        permitted = true;
        Answer shown = rescored("shop", 10, USER + ", \"why\": true", ", \"explain\": true");
        assertEquals(ranked.scores(), shown.scores());
        assertEquals(List.of(), shown.warnings());
        assertNotNull(shown.response().getHits().getAt(0).field(ReasonsFetchSubPhase.FIELD));
        assertTrue(explanations(shown), explanations(shown).contains("examples [tent]"));
    }

    public void testExamplesOfTheRetrievalQueryNeedThePermission() throws Exception {
        shop();
        String body = "{\"query\": {\"affinity\": {" + USER + "}}, \"explain\": true}";
        Answer refused = search("shop", body);
        assertTrue(refused.warnings().toString(), refused.warnings().toString().contains(ExplainProfileAction.NAME));
        assertFalse(explanations(refused), explanations(refused).contains("examples"));
        permitted = true;
        Answer shown = search("shop", body);
        assertEquals(refused.scores(), shown.scores());
        assertTrue(explanations(shown), explanations(shown).contains("examples [tent]"));
    }

    public void testSeenItemsMayBeLeftOutAndNotBeShown() throws Exception {
        shop();
        assertEquals(List.of("stove", "desk"), search("shop", "{\"query\": " + EXCLUDED + "}").ids());
        String filtered = "{\"query\": {\"function_score\": {\"query\": {\"bool\": {\"filter\": " + EXCLUDED + "}}}}}";
        assertEquals(List.of("stove", "desk"), search("shop", filtered).ids());
        assertForbidden("{\"query\": " + SEEN + "}");
        assertForbidden("{\"query\": {\"bool\": {\"should\": [{\"match_all\": {}}, " + SEEN + "]}}}");
        assertForbidden("{\"query\": {\"bool\": {\"must_not\": " + EXCLUDED + "}}}");
        assertForbidden("{\"query\": " + EXCLUDED + ", \"post_filter\": " + SEEN + "}");
        assertForbidden("{\"aggs\": {\"seen\": {\"filter\": " + SEEN + "}}}");
        permitted = true;
        assertEquals(List.of("tent"), search("shop", "{\"query\": " + SEEN + "}").ids());
    }

    public void testAuthenticatedUsersSeeTheirOwnProfile() throws Exception {
        shop();
        Settings authenticated = Settings.builder().put("affinity.user_from", "authenticated").build();
        client().admin().cluster().prepareUpdateSettings().setPersistentSettings(authenticated).get();
        ThreadContext context = client().threadPool().getThreadContext();
        String own = "{\"query\": {\"affinity_seen\": {\"tracker\": \"t\"}}}";
        try (ThreadContext.StoredContext stored = context.stashContext()) {
            context.putTransient("_opendistro_security_user_info", "ann||");
            SearchHit[] hits = client().search(new SearchRequest("shop").source(source(own))).actionGet().getHits().getHits();
            assertEquals(1, hits.length);
            assertEquals("tent", hits[0].getId());
            stored.restore();
        }
        client().admin().cluster().prepareUpdateSettings().setPersistentSettings(Settings.builder().putNull("affinity.user_from")).get();
    }

    /** The profile API and slow logs print queries as shards have them. */
    public void testProfilesAndLogsShowNumbersOfItems() throws Exception {
        shop();
        String profiled = search("shop", "{\"profile\": true, \"query\": " + EXCLUDED + "}").response().toString();
        assertTrue(profiled, profiled.contains("CountedItems[_id, 1 items]"));
        String profile = profiled.substring(profiled.indexOf("\"profile\""));
        assertFalse(profile, profile.contains("tent") || profile.contains("TermInSet") || profile.contains("_id:"));
    }
}
