package org.opensearch.affinity.integ.bench.common;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Clients that search at the same time, each over a connection of its own. */
public final class SearchClients implements AutoCloseable {
    private final List<SearchClient> clients;
    private final ExecutorService threads;

    public SearchClients(int count) {
        clients = IntStream.range(0, count).mapToObj(i -> new SearchClient()).toList();
        threads = Executors.newFixedThreadPool(count);
    }

    /** One of the clients, for use while no others search. */
    SearchClient first() {
        return clients.getFirst();
    }

    int count() {
        return clients.size();
    }

    /**
     * Runs searches, each on the next free client.
     *
     * @param from     number of the first query
     * @param searches number of searches
     * @param queries  number of different queries: after the last comes the first again
     */
    public List<SearchClient.Answer> search(SearchMethod method, int from, int searches, int queries) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Future<List<SearchClient.Answer>>> asking = clients.stream().map(client -> threads.submit(() -> {
            List<SearchClient.Answer> answers = new ArrayList<>();
            for (int i = next.getAndIncrement(); i < searches; i = next.getAndIncrement()) {
                answers.add(method.search(client, (from + i) % queries));
            }
            return answers;
        })).toList();
        List<SearchClient.Answer> answers = new ArrayList<>();
        for (Future<List<SearchClient.Answer>> each : asking) {
            answers.addAll(finished(each));
        }
        return answers;
    }

    private static <T> T finished(Future<T> asking) throws IOException {
        try {
            return asking.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        clients.forEach(SearchClient::close);
    }
}
