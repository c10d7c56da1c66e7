package org.opensearch.affinity.node.search;

import org.opensearch.OpenSearchException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.manage.DeleteTrackerAction;
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
import org.opensearch.tasks.Task;
import org.opensearch.tasks.TaskManager;
import org.opensearch.transport.TransportService;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Models are trained, numbered, activated and deleted. */
public class ModelLifecycleTests extends TrainedModelTestCase {
    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class, TrainingHook.class);
    }

    private List<Object> numbers() {
        return models().stream().map(model -> model.get("number")).toList();
    }

    public void testModelsAreNumberedActivatedAndDeleted() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        train("{}");
        assertEquals(List.of(2, 1), numbers());
        assertEquals(List.of(false, true), models().stream().map(model -> model.get("active")).toList());
        assertStatus(RestStatus.CONFLICT, () -> use(1, UseModelAction.Operation.DELETE));
        assertStatus(RestStatus.NOT_FOUND, () -> use(3, UseModelAction.Operation.ACTIVATE));
        use(2, UseModelAction.Operation.ACTIVATE);
        use(1, UseModelAction.Operation.DELETE);
        assertEquals(List.of(2), numbers());
        assertTrue(scoresOfAnn("").get("bulb") > 2);
        assertEquals("numbers are not reused", 3, train("{}").get("number"));
    }

    /** In any order, the index of the active model exists. */
    public void testActivatedAndDeletedAtTheSameTime() throws Exception {
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
            assertEquals("one of the two", 1, refused);
            ClusterState state = client().admin().cluster().prepareState().get().getState();
            ActiveModels.Active active = ActiveModels.of(state).of("t");
            assertTrue(active == null || state.metadata().hasIndex(IndexNames.MODELS.index("t", active.number())));
        }
    }

    public void testBadRequests() throws Exception {
        shop(1);
        assertRefused("[activate] must be [true] or [false], got [yes]", () -> train("{\"activate\": \"yes\"}"));
        assertRefused("unknown field [method]", () -> train("{\"method\": \"x\"}"));
        assertRefused("[queries] or [index] is required", () -> train("{\"search\": {}}"));
        assertRefused("[signals] must be a list of signals' names, got [x]", () -> train("{\"signals\": \"x\"}"));
        assertRefused("[signals] has no [x], only [relevance, affinity, ", () -> train("{\"signals\": [\"affinity\", \"x\"]}"));
        TrainRequest unknown = TrainRequest.parse("other", null, false);
        assertStatus(RestStatus.NOT_FOUND, () -> client().execute(TrainAction.INSTANCE, unknown).actionGet());
    }

    /** Another node may receive the request at the same time, and would give the model the same number. */
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

    public void testSearchesAreChildTasksOfTheTraining() throws Exception {
        shop(1);
        TrainingHook.PARENTS.clear();
        String query = "{\"user_id\": \"a1\", \"user_query\": \"x\", \"timestamp\": 1, \"relevant\": [\"pen\"]}";
        train("{\"search\": {" + BY_BASE + "}, \"queries\": [" + query + "]}");
        assertEquals("one parent task", 1, TrainingHook.PARENTS.size());
        assertTrue(TrainingHook.PARENTS.iterator().next().isSet());
    }

    public void testTrackerIsDeletedDuringItsTraining() throws Exception {
        shop(1);
        TrainingHook.BEFORE_WRITING.set(
            () -> client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("t")).actionGet()
        );
        assertStatus(RestStatus.NOT_FOUND, () -> train("{\"activate\": true}"));
        assertBusy(() -> {
            Set<String> indices = client().admin().cluster().prepareState().get().getState().metadata().indices().keySet();
            assertTrue(indices.toString(), indices.stream().noneMatch(IndexNames.MODELS::contains));
        });
        track("t", "shop", "");
    }

    /** Records the parent tasks of a training's searches, and runs something before a training writes its model. */
    public static final class TrainingHook extends Plugin implements ActionPlugin {
        private static final AtomicReference<Runnable> BEFORE_WRITING = new AtomicReference<>();
        /** Of searches with a rescorer. */
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
                    if (request instanceof BulkRequest bulk && bulk.getIndices().stream().anyMatch(IndexNames.MODELS::contains)) {
                        Runnable hook = BEFORE_WRITING.getAndSet(null);
                        if (hook != null) {
                            hook.run();
                        }
                    }
                    return true;
                }
            });
        }
    }
}
