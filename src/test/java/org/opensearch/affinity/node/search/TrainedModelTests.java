package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainRequest;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.tasks.Task;
import org.opensearch.tasks.TaskManager;
import org.opensearch.transport.TransportService;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** From events to a trained model, and from that to scores. */
public class TrainedModelTests extends RankTestCase {
    private static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";
    /** Of the newest item in a history, and all that ann has is one. */
    private static final double NEWEST = 0.3;
    private static final double UNTAUGHT = 4;

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class, BeforeWriting.class);
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /** Six items whose vectors have nothing in common; who takes a lamp takes a bulb, who takes a tent takes a stove. */
    private void shop(int shards) throws Exception {
        createItems("shop", shards, "");
        String[] items = { "lamp", "bulb", "tent", "stove", "desk", "pen" };
        for (int i = 0; i < items.length; i++) {
            float[] vector = new float[DIMENSION];
            vector[i % DIMENSION] = i < DIMENSION ? 1 : -1;
            Map<String, Object> item = item(2, vector);
            item.put("title", "a " + items[i]);
            index("shop", items[i], item);
        }
        refresh("shop");
        track("t", "shop", "");
        for (int i = 0; i < 10; i++) {
            event("a" + i, "click", "lamp");
            event("a" + i, "click", "bulb");
            event("b" + i, "click", "tent");
            event("b" + i, "click", "stove");
        }
        event("ann", "click", "lamp");
        awaitProfiles("t");
        client().admin().indices().prepareRefresh("ubi_events").get();
    }

    private List<Map<String, Object>> models() {
        return models(client().execute(GetModelsAction.INSTANCE, new GetModelsAction.Request("t", null)).actionGet());
    }

    private Map<String, Float> anns(String more) throws Exception {
        return rescored("shop", 100, ANN + more, "").scores();
    }

    public void testWhatGoesTogetherRanksHigher() throws Exception {
        shop(randomIntBetween(1, 3));
        Map<String, Object> model = train("{}");
        assertEquals(1, model.get("number"));
        assertEquals(41, model.get("events"));
        assertEquals(21, model.get("users"));
        assertEquals(4, model.get("items"));
        anns("").values().forEach(score -> assertEquals("not used yet", 2f, score, 0f));
        use(1, UseModelAction.Operation.ACTIVATE);
        // Lamp and bulb share 10 of 11 and 10 users; those of tent and stove are the same, the most there is.
        double similarity = 10 / Math.sqrt(11 * 10);
        double value = Math.sqrt(NEWEST * similarity);
        Map<String, Float> scores = anns("");
        assertEquals(2 * Math.exp(UNTAUGHT * value), scores.get("bulb"), 0.05);
        assertEquals("nothing goes with what she does not have", 2f, scores.get("stove"), 0f);
        assertEquals("nor an item with itself", 2f, scores.get("lamp"), 0f);
        assertEquals(2 * Math.exp(2 * value), anns(", \"signals\": {\"behaviour\": 2}").get("bulb"), 0.02);
        Map<String, Float> unknown = rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"nobody\"", "").scores();
        unknown.values().forEach(score -> assertEquals(2f, score, 0f));
        use(1, UseModelAction.Operation.DEACTIVATE);
        anns("").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    public void testNothingCountsButWhatIsWanted() throws Exception {
        shop(1);
        Map<String, Object> model = train("{\"signals\": [\"seen\", \"behaviour\"]}");
        Map<String, Object> ranking = Map.of("weight", 0.0, "signals", Map.of("behaviour", UNTAUGHT, "meaning", 0.0, "popularity", 0.0, "popularity_all_time", 0.0, "seen_last", 0.0));
        assertEquals(ranking, model.get("ranking"));
        // Whoever wanted a thing asked for it by its base: nobody's interests matter.
        StringJoiner queries = new StringJoiner(",");
        for (int i = 0; i < 50; i++) {
            queries.add("{\"user_id\": \"a" + i % 10 + "\", \"user_query\": \"x\", \"timestamp\": 1, \"relevant\": [\"pen\"]}");
        }
        model = train("{\"signals\": [\"affinity\"], \"search\": {" + BY_BASE + "}, \"queries\": [" + queries + "]}");
        @SuppressWarnings("unchecked")
        Map<String, Object> weights = (Map<String, Object>) ((Map<String, Object>) model.get("ranking")).get("signals");
        assertEquals(Map.of("behaviour", 0.0, "meaning", 0.0, "popularity", 0.0, "popularity_all_time", 0.0, "seen", 0.0, "seen_last", 0.0), weights);
    }

    public void testExplainedToTheLastBit() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        Answer answer = rescored("shop", 100, ANN + ", \"relevance\": 0.5, \"signals\": {\"behaviour\": 3, \"seen\": -2}", ", \"explain\": true");
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        assertEquals(Math.sqrt(2) * Math.exp(-2), answer.scores().get("lamp"), 1e-4);
    }

    public void testSearchesEndWithTheirTraining() throws Exception {
        shop(1);
        BeforeWriting.PARENTS.clear();
        train("{\"search\": {" + BY_BASE + "}, \"queries\": [{\"user_id\": \"a1\", \"user_query\": \"x\", \"timestamp\": 1, \"relevant\": [\"pen\"]}]}");
        assertEquals("all of one task", 1, BeforeWriting.PARENTS.size());
        assertTrue("and that is the training", BeforeWriting.PARENTS.iterator().next().isSet());
    }

    /** A profile knows by now what was done after the search. */
    public void testWhatAProfileFindsTeachesNothingOfEarlierSearches() throws Exception {
        shop(1);
        String search = """
            "search": {"query": {"boosting": {"negative_boost": 0.5, "negative": {"match_none": {}}, "positive": {"bool": {"should": [
              {"match_all": {}}, {"%s": {"tracker": "t", "user": "{{user_id}}"}}
            ]}}}}}""";
        Map<Long, Boolean> asked = Map.of(1L, false, System.currentTimeMillis() + 1_000_000, true);
        for (String query : List.of("affinity_seen", "affinity")) {
            for (Map.Entry<Long, Boolean> time : asked.entrySet()) {
                StringJoiner queries = new StringJoiner(",");
                for (int i = 0; i < 50; i++) {
                    queries.add("{\"user_id\": \"a" + i % 10 + "\", \"timestamp\": " + time.getKey() + ", \"relevant\": [\"pen\"]}");
                }
                Map<?, ?> fusion = (Map<?, ?>) train("{" + search.formatted(query) + ", \"queries\": [" + queries + "]}").get("fusion");
                assertEquals(query + time, time.getValue(), (int) fusion.get("lessons") > 0);
            }
        }
    }

    public void testWhatWasDoneLastIsNearest() throws Exception {
        shop(randomIntBetween(1, 3));
        for (String item : List.of("tent", "pen", "tent")) {
            event("ann", "click", item);
        }
        awaitProfiles("t");
        Map<String, Float> scores = anns(", \"signals\": {\"seen_last\": 6}");
        Map<String, Double> nearness = Map.of("tent", 1.0, "pen", 1.0 / 2, "lamp", 1.0 / 3, "bulb", 0.0);
        nearness.forEach((item, near) -> assertEquals(item, Math.exp(6 * near), scores.get(item) / 2, 1e-3 * Math.exp(6 * near)));
        assertEquals("somebody may have had enough of it", 2 * Math.exp(-6), anns(", \"signals\": {\"seen_last\": -6}").get("tent"), 1e-4);
    }

    public void testModelsAreNumberedUsedAndDeleted() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        train("{}");
        assertEquals(List.of(2, 1), models().stream().map(model -> model.get("number")).toList());
        assertEquals(List.of(false, true), models().stream().map(model -> model.get("active")).toList());
        assertStatus(RestStatus.CONFLICT, () -> use(1, UseModelAction.Operation.DELETE));
        assertStatus(RestStatus.NOT_FOUND, () -> use(3, UseModelAction.Operation.ACTIVATE));
        use(2, UseModelAction.Operation.ACTIVATE);
        use(1, UseModelAction.Operation.DELETE);
        assertEquals(List.of(2), models().stream().map(model -> model.get("number")).toList());
        assertTrue(anns("").get("bulb") > 2);
        assertEquals("numbers are not used twice", 3, train("{}").get("number"));
    }

    /** Whichever comes first: what searches rank with is there. */
    public void testActivatedWhileItIsDeleted() throws Exception {
        shop(1);
        for (int i = 0; i < 4; i++) {
            int number = (int) train("{}").get("number");
            List<ActionFuture<AcknowledgedResponse>> calls = new ArrayList<>();
            for (UseModelAction.Operation what : List.of(UseModelAction.Operation.DELETE, UseModelAction.Operation.ACTIVATE)) {
                calls.add(client().execute(UseModelAction.INSTANCE, new UseModelAction.Request("t", number, what)));
            }
            int refused = 0;
            for (ActionFuture<AcknowledgedResponse> call : calls) {
                try {
                    call.actionGet();
                } catch (OpenSearchException e) {
                    refused++;
                }
            }
            assertEquals("one of both", 1, refused);
            ClusterState state = client().admin().cluster().prepareState().get().getState();
            ActiveModels.Active active = ActiveModels.of(state).of("t");
            assertTrue(active == null || state.metadata().hasIndex(IndexNames.MODELS.index("t", active.number())));
        }
    }

    private static void assertStatus(RestStatus status, ThrowingRunnable call) {
        assertEquals(status, ExceptionsHelper.status(expectThrows(Exception.class, call)));
    }

    public void testBadRequests() throws Exception {
        shop(1);
        assertRefused("[activate] must be [true] or [false], got [yes]", () -> train("{\"activate\": \"yes\"}"));
        assertRefused("not [method]", () -> train("{\"method\": \"x\"}"));
        assertRefused("[queries] or [index] is required", () -> train("{\"search\": {}}"));
        assertRefused("[signals] must be a list of signals' names, got [x]", () -> train("{\"signals\": \"x\"}"));
        assertRefused("[signals] has no [x], only [relevance, affinity, ", () -> train("{\"signals\": [\"affinity\", \"x\"]}"));
        assertStatus(RestStatus.NOT_FOUND, () -> client().execute(TrainAction.INSTANCE, TrainRequest.parse("other", null, false)).actionGet());
    }

    /** Scores are those of one model or of the other, for all hits of a search. */
    public void testSwitchedWhilePeopleSearch() throws Exception {
        shop(3);
        train("{\"activate\": true}");
        train("{}");
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        float with = anns("").get("bulb");
        Thread searcher = new Thread(() -> {
            try {
                while (over.get() == false) {
                    Map<String, Float> scores = anns(", \"signals\": {\"seen\": 1}");
                    assertTrue(scores.toString(), scores.get("bulb") == with || scores.get("bulb") == 2f);
                    assertEquals(2 * Math.E, scores.get("lamp"), 1e-4);
                }
            } catch (Throwable e) {
                failed.set(e);
            }
        });
        searcher.start();
        for (int i = 0; i < 20; i++) {
            use(1 + i % 2, i % 5 == 4 ? UseModelAction.Operation.DEACTIVATE : UseModelAction.Operation.ACTIVATE);
        }
        over.set(true);
        searcher.join();
        assertNull(String.valueOf(failed.get()), failed.get());
    }

    /**
     * Each of these users wanted what nobody else ever took, right after asking for it. Who learned from that would know every
     * answer; who does not knows none. The model that is used afterwards may know.
     */
    public void testWhatCameAfterASearchTeachesNothingOfIt() throws Exception {
        createItems("shop", 1, "");
        int users = 60;
        for (int i = 0; i < users; i++) {
            index("shop", "had" + i, item(2, randomVector()));
            index("shop", "wanted" + i, item(2, randomVector()));
        }
        refresh("shop");
        track("t", "shop", "");
        for (int i = 0; i < users; i++) {
            event("u" + i, "click", "had" + i);
        }
        for (int i = 0; i < users; i++) {
            event("u" + i, "click", "wanted" + i);
        }
        awaitProfiles("t");
        client().admin().indices().prepareRefresh("ubi_events").get();
        String queries = IntStream.range(0, users).mapToObj(i -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["wanted%s"]}""".formatted(i, 1_700_000_000_000L + 1_000L * users, i)).collect(
                Collectors.joining(",")
            );
        Map<String, Object> model = train("{\"search\": {" + BY_BASE + "}, \"queries\": [" + queries + "]}");
        @SuppressWarnings("unchecked")
        Map<String, Object> fusion = (Map<String, Object>) model.get("fusion");
        assertEquals(users, (int) fusion.get("lessons") + (int) fusion.get("checks"));
        assertTrue(fusion.toString(), (double) fusion.get("ndcg@10_after") < 0.5);
        use((int) model.get("number"), UseModelAction.Operation.ACTIVATE);
        // What was learned of other signals is another matter: nobody wanted what he had.
        String behaviour = "\"tracker\": \"t\", \"user\": \"u7\", \"weight\": 0, \"relevance\": 1, \"signals\": {\"behaviour\": 4, \"seen\": 0}";
        Map<String, Float> scores = rescored("shop", 200, behaviour, "").scores();
        assertTrue(scores.get("had7") > 2);
        assertEquals("the other half of a model with two numbers is gone", 1, models().size());
    }

    public void testNextToNothing() throws Exception {
        createItems("shop", 1, "");
        index("shop", "lamp", item(2, 1, 0, 0, 0));
        refresh("shop");
        track("t", "shop", "");
        event("ann", "click", "lamp");
        event("ann", "dislike", "unknown");
        assertBusy(() -> client().admin().indices().prepareRefresh("ubi_events").get());
        Map<String, Object> model = train("{\"activate\": true, \"search\": {" + BY_BASE + "}, \"queries\": ["
            + "{\"user_id\": \"ann\", \"user_query\": \"x\", \"timestamp\": 1, \"relevant\": [\"lamp\"]}]}");
        @SuppressWarnings("unchecked")
        Map<String, Object> fusion = (Map<String, Object>) model.get("fusion");
        assertEquals(false, fusion.get("accepted"));
        assertEquals(2f, anns("").get("lamp"), 0f);
    }

    /** Words of fields and those of the query, what was seen and what goes with it, on shards of two indices. */
    public void testSignalsExplainedToTheLastBitOnShards() throws Exception {
        createItems("shop", 3, ", \"bare\": {\"type\": \"match_only_text\"}");
        String[] items = { "lamp", "bulb", "tent", "stove", "desk", "pen" };
        for (int i = 0; i < items.length; i++) {
            Map<String, Object> item = item(1 + i, randomVector());
            item.put("title", "a " + items[i]);
            item.put("bare", "a " + items[i]);
            index("shop", items[i], item);
        }
        index("shop", "wordless", Map.of("base", 3));
        refresh("shop");
        String numbers = "{\"properties\": {\"base\": {\"type\": \"double\"}, \"title\": {\"type\": \"long\"}}}";
        client().admin().indices().prepareCreate("shop-old").setMapping(numbers).get();
        index("shop-old", "old", Map.of("base", 3, "title", 5));
        refresh("shop-old");
        track("t", "shop\", \"text_fields\": [\"title\", \"bare\", \"kind\"], \"id_field\": \"_id", "");
        for (int i = 0; i < 10; i++) {
            event("a" + i, "click", "lamp");
            event("a" + i, "click", "bulb");
        }
        event("ann", "click", "lamp");
        awaitProfiles("t");
        refresh("ubi_events");
        train("{\"activate\": true}");
        String asked = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 3, \"relevance\": 0.7, \"query_text\": \"some bulb\", \"signals\": ";
        String all = "{\"behaviour\": 3.3, \"seen\": -2.1, \"meaning\": 0, \"match_title\": 1.7, \"match_bare\": 0.9, \"match_kind\": 1}";
        Answer answer = rescored("shop*", 100, asked + all, ", \"explain\": true");
        assertEquals(items.length + 2, answer.response().getHits().getHits().length);
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        String nobody = "\"tracker\": \"t\", \"user\": \"nobody\", \"query_text\": \"some bulb\", \"signals\": ";
        Map<String, Float> scores = rescored("shop*", 100, nobody + "{\"match_title\": 2}", "").scores();
        assertEquals("one word of two, both in the field and in the query", 2 * Math.exp(2 * 0.5), scores.get("bulb"), 1e-5);
        assertEquals("none of two", 1f, scores.get("lamp"), 0f);
        assertEquals("a field that the document does not have", 3f, scores.get("wordless"), 0f);
        assertEquals("a number is no text", 3f, scores.get("old"), 0f);
        scores = rescored("shop*", 100, nobody + "{\"match_bare\": 2}", "").scores();
        assertEquals("as long as what was found", 2 * Math.exp(2 * 2.0 / 3), scores.get("bulb"), 1e-5);
        assertEquals("a field that the index does not have", 3f, scores.get("old"), 0f);
        String byKind = nobody.replace("some bulb", "high") + "{\"match_kind\": 2}";
        assertEquals("a keyword is one word", 6 * Math.exp(2), rescored("shop", 100, byKind, "").scores().get("pen"), 1e-4);
        assertEquals(2f, rescored("shop", 100, byKind, "").scores().get("bulb"), 0f);
    }

    /** A snapshot may be restored without it. */
    public void testAModelWhoseIndexIsGone() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        client().admin().indices().prepareDelete(IndexNames.MODELS.index("t", 1)).get();
        anns("").values().forEach(score -> assertEquals("nothing is known of what goes together", 2f, score, 0f));
        assertStatus(RestStatus.NOT_FOUND, () -> use(2, UseModelAction.Operation.DEACTIVATE));
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertStatus(RestStatus.NOT_FOUND, () -> use(1, UseModelAction.Operation.DEACTIVATE));
    }

    /** Profiles are kept in memory and models are not part of them. */
    public void testAProfileThatIsKeptRanksByTheModelOfTheMoment() throws Exception {
        shop(1);
        train("{}");
        for (int i = 0; i < 3; i++) {
            assertEquals(2f, anns("").get("bulb"), 0f);
            use(1, UseModelAction.Operation.ACTIVATE);
            assertTrue(anns("").get("bulb") > 2);
            use(1, UseModelAction.Operation.DEACTIVATE);
        }
    }

    /** Another node may be asked at the same time, which numbers models alike. */
    public void testOneTrainingOfATrackerAtATime() throws Exception {
        shop(1);
        TaskManager tasks = getInstanceFromNode(TransportService.class).getTaskManager();
        Task same = tasks.register("transport", TrainAction.NAME, TrainRequest.parse("t", null, false));
        assertStatus(RestStatus.TOO_MANY_REQUESTS, () -> train("{}"));
        assertEquals(List.of(), models());
        tasks.unregister(same);
        Task other = tasks.register("transport", TrainAction.NAME, TrainRequest.parse("t2", null, false));
        assertEquals(1, train("{}").get("number"));
        tasks.unregister(other);
    }

    public void testATrackerThatIsDeletedWhileItsModelIsTrained() throws Exception {
        shop(1);
        BeforeWriting.WHAT.set(() -> client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("t")).actionGet());
        assertStatus(RestStatus.NOT_FOUND, () -> train("{\"activate\": true}"));
        assertBusy(() -> {
            Set<String> indices = client().admin().cluster().prepareState().get().getState().metadata().indices().keySet();
            assertTrue(indices.toString(), indices.stream().noneMatch(index -> IndexNames.MODELS.contains(index)));
        });
        track("t", "shop", "");
    }

    /** Lets something happen when a training begins to write its model. */
    public static final class BeforeWriting extends Plugin implements ActionPlugin {
        private static final AtomicReference<Runnable> WHAT = new AtomicReference<>();
        /** The tasks that rescored searches belong to. */
        private static final Set<TaskId> PARENTS = ConcurrentHashMap.newKeySet();

        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(new ActionFilter.Simple() {
                @Override
                public int order() {
                    return 0;
                }

                @Override
                protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                    if (request instanceof SearchRequest search && search.source().rescores() != null) {
                        PARENTS.add(search.getParentTask());
                    }
                    if (request instanceof BulkRequest bulk && bulk.getIndices().stream().anyMatch(index -> IndexNames.MODELS.contains(index))) {
                        Runnable what = WHAT.getAndSet(null);
                        if (what != null) {
                            what.run();
                        }
                    }
                    return true;
                }
            });
        }
    }
}
