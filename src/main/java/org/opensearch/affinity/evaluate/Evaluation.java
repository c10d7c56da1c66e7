package org.opensearch.affinity.evaluate;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.item.ItemRowPages;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.action.ActionListener;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One evaluation run. Compares two queries at a time, page after page, and computes their metrics on the executor as soon as the
 * results are there. Outcomes are stored in the order of the queries, so equal results have equal metrics.
 */
final class Evaluation {
    private static final int CONCURRENT_QUERIES = 2;

    private final Client client;
    private final EvaluateRequest request;
    private final Tracker tracker;
    private final EvaluateTask task;
    private final Executor executor;
    private final ActionListener<EvaluateResponse> listener;
    private final long startNanos = System.nanoTime();
    private final Measures measures;
    private final QueryComparison comparison;
    private final JudgedPages pages;
    private final ShownItems shown;
    /** By position of the query; null until the query is done, and for a leak. */
    private final List<QueryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean failed;

    /**
     * @param executor for computations, so that they do not run on search threads
     * @param listener called once
     */
    Evaluation(
        Client client,
        EvaluateRequest request,
        Tracker tracker,
        SearchTemplate template,
        EvaluateTask task,
        Executor executor,
        ActionListener<EvaluateResponse> listener
    ) {
        this.client = client;
        this.request = request;
        this.tracker = tracker;
        this.task = task;
        this.executor = executor;
        this.listener = ActionListener.notifyOnce(listener);
        measures = new Measures(request.cuts());
        comparison = new QueryComparison(client, tracker, template, measures.deepestCut());
        pages = new JudgedPages(client, request, task::setTotal);
        shown = new ShownItems(tracker.decay());
    }

    /** Starts the evaluation and returns. */
    void run() {
        pages.next(onExecutor(this::comparePage));
    }

    private void comparePage(List<JudgedQuery> page) {
        if (page.isEmpty()) {
            pages.close();
            countItems();
            return;
        }
        int offset = outcomes.size();
        outcomes.addAll(Collections.nCopies(page.size(), null));
        Queue<Integer> remaining = new ArrayDeque<>();
        for (int i = 0; i < page.size(); i++) {
            remaining.add(i);
        }
        AtomicInteger lanes = new AtomicInteger(CONCURRENT_QUERIES);
        for (int lane = 0; lane < CONCURRENT_QUERIES; lane++) {
            compareNext(page, offset, remaining, lanes);
        }
    }

    /**
     * Compares the remaining queries one after another.
     *
     * @param remaining indices in the page; guarded by itself
     * @param lanes     number of lanes that are not finished; the last one reads the next page
     */
    private void compareNext(List<JudgedQuery> page, int offset, Queue<Integer> remaining, AtomicInteger lanes) {
        Integer next;
        synchronized (remaining) {
            next = remaining.poll();
        }
        if (next == null || failed) {
            if (lanes.decrementAndGet() == 0 && failed == false) {
                pages.next(onExecutor(this::comparePage));
            }
            return;
        }
        JudgedQuery query = page.get(next);
        comparison.run(query, onExecutor(results -> {
            add(query, offset + next, results);
            compareNext(page, offset, remaining, lanes);
        }));
    }

    private void add(JudgedQuery query, int position, QueryComparison.Results results) {
        if (results.leak() == null) {
            outcomes.set(position, QueryOutcome.of(query, results.knownEvents(), results.found(), results.vectors(), measures, shown));
            task.queryDone();
        } else if (request.skipsLeaks()) {
            task.queryLeaked();
        } else {
            throw new IllegalArgumentException(results.leak());
        }
    }

    private void countItems() {
        SearchSourceBuilder all = new SearchSourceBuilder().size(0).trackTotalHits(true);
        client.search(new SearchRequest(tracker.items().index()).source(all).pipeline("_none"), onExecutor(counted -> {
            long items = counted.getHits().getTotalHits().value();
            new ItemRowPages(client).walk(tracker.name(), shown::addItem, onExecutor(walked -> respond(items)));
        }));
    }

    private void respond(long items) {
        List<QueryOutcome> evaluated = outcomes.stream().filter(Objects::nonNull).toList();
        double[] probabilities = shown.probabilities(items);
        RankingFigures all = figures(evaluated, probabilities, items);
        Map<String, RankingFigures> groups = new LinkedHashMap<>();
        for (KnownEvents group : KnownEvents.values()) {
            List<QueryOutcome> members = evaluated.stream().filter(outcome -> outcome.knownEvents() == group).toList();
            if (members.isEmpty() == false) {
                groups.put(group.toString(), figures(members, probabilities, items));
            }
        }
        // The intervals of a cancelled task are incomplete.
        task.requireNotCancelled();
        long tookMillis = (System.nanoTime() - startNanos) / 1_000_000;
        listener.onResponse(new EvaluateResponse(tookMillis, task.progress(), request.depth(), items, all, groups));
    }

    private RankingFigures figures(List<QueryOutcome> some, double[] probabilities, long items) {
        return new Comparison(some, measures, probabilities, items).figures(task::isCancelled);
    }

    private interface Step<T> {
        void run(T response) throws Exception;
    }

    /** Returns a listener that runs a step on the executor. The evaluation fails if the step does. */
    private <T> ActionListener<T> onExecutor(Step<T> step) {
        return ActionListener.wrap(response -> executor.execute(() -> {
            try {
                step.run(response);
            } catch (Exception e) {
                fail(e);
            }
        }), this::fail);
    }

    private void fail(Exception e) {
        if (failed == false) {
            failed = true;
            pages.close();
        }
        listener.onFailure(e);
    }
}
