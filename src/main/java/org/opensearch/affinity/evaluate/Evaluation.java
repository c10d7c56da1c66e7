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
 * One evaluation while it runs: two queries are asked at a time, page after page, and judged as soon as they are answered, on the
 * executor and never on a thread that searches. What is left of a query are its numbers, in the order of the queries, so the same
 * answers have the same figures whoever came first.
 */
final class Evaluation {
    /** Searches that run at once. */
    private static final int LANES = 2;

    private final Client client;
    private final EvaluateRequest request;
    private final Tracker tracker;
    private final EvaluateTask task;
    private final Executor executor;
    private final ActionListener<EvaluateResponse> listener;
    private final long begin = System.nanoTime();
    private final Measures measures;
    private final QueryComparison trial;
    private final JudgedPages pages;
    private final ShownItems shown;
    /** By position of the query; null while it is asked, and for one that leaked. */
    private final List<QueryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean over;

    /** @param listener told once */
    Evaluation(Client client, EvaluateRequest request, Tracker tracker, SearchTemplate template, EvaluateTask task, Executor executor, ActionListener<EvaluateResponse> listener) {
        this.client = client;
        this.request = request;
        this.tracker = tracker;
        this.task = task;
        this.executor = executor;
        this.listener = ActionListener.notifyOnce(listener);
        measures = new Measures(request.cuts());
        trial = new QueryComparison(client, tracker, template, measures.deepestCut());
        pages = new JudgedPages(client, request, task::total);
        shown = new ShownItems(tracker.decay());
    }

    /** Begins. */
    void run() {
        pages.next(forked(this::ask));
    }

    private void ask(List<JudgedQuery> page) {
        if (page.isEmpty()) {
            pages.close();
            countItems();
            return;
        }
        int first = outcomes.size();
        outcomes.addAll(Collections.nCopies(page.size(), null));
        Queue<Integer> left = new ArrayDeque<>();
        for (int i = 0; i < page.size(); i++) {
            left.add(i);
        }
        AtomicInteger lanes = new AtomicInteger(LANES);
        for (int lane = 0; lane < LANES; lane++) {
            askNext(page, first, left, lanes);
        }
    }

    /** @param lanes that still ask; the last one asks for the next page */
    private void askNext(List<JudgedQuery> page, int first, Queue<Integer> left, AtomicInteger lanes) {
        Integer next;
        synchronized (left) {
            next = left.poll();
        }
        if (next == null || over) {
            if (lanes.decrementAndGet() == 0 && over == false) {
                pages.next(forked(this::ask));
            }
            return;
        }
        JudgedQuery query = page.get(next);
        trial.run(query, forked(brought -> {
            take(query, first + next, brought);
            askNext(page, first, left, lanes);
        }));
    }

    private void take(JudgedQuery query, int position, QueryComparison.Brought brought) {
        if (brought.leak() == null) {
            outcomes.set(position, QueryOutcome.of(query, brought.knownEvents(), brought.found(), brought.vectors(), measures, shown));
            task.asked();
        } else if (request.skipsLeaks()) {
            task.leaked();
        } else {
            throw new IllegalArgumentException(brought.leak());
        }
    }

    private void countItems() {
        SearchSourceBuilder all = new SearchSourceBuilder().size(0).trackTotalHits(true);
        client.search(new SearchRequest(tracker.items().index()).source(all).pipeline("_none"), forked(counted -> {
            long items = counted.getHits().getTotalHits().value();
            new ItemRowPages(client).walk(tracker.name(), shown::liked, forked(walked -> answer(items)));
        }));
    }

    private void answer(long items) {
        List<QueryOutcome> evaluated = outcomes.stream().filter(Objects::nonNull).toList();
        double[] probabilities = shown.probabilities(items);
        RankingFigures all = findings(evaluated, probabilities, items);
        Map<String, RankingFigures> groups = new LinkedHashMap<>();
        for (KnownEvents group : KnownEvents.values()) {
            List<QueryOutcome> some = evaluated.stream().filter(outcome -> outcome.knownEvents() == group).toList();
            if (some.isEmpty() == false) {
                groups.put(group.toString(), findings(some, probabilities, items));
            }
        }
        // Its searches are refused from then on; what was drawn for intervals until then is not all.
        task.requireWanted();
        long tookMillis = (System.nanoTime() - begin) / 1_000_000;
        listener.onResponse(new EvaluateResponse(tookMillis, task.progress(), request.depth(), items, all, groups));
    }

    private RankingFigures findings(List<QueryOutcome> some, double[] probabilities, long items) {
        return new Comparison(some, measures, probabilities, items).findings(task::isCancelled);
    }

    private interface Step<T> {
        void take(T answer) throws Exception;
    }

    /** A step that is taken on the executor; if it fails, so does the evaluation. */
    private <T> ActionListener<T> forked(Step<T> step) {
        return ActionListener.wrap(answer -> executor.execute(() -> {
            try {
                step.take(answer);
            } catch (Exception e) {
                fail(e);
            }
        }), this::fail);
    }

    private void fail(Exception e) {
        if (over == false) {
            over = true;
            pages.close();
        }
        listener.onFailure(e);
    }
}
