package org.opensearch.affinity.integ.bench.common;

import org.junit.Test;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class SearchClientsTests {
    private static final int QUERIES = 7;

    /** An answer without a node. */
    private interface Answering {
        SearchClient.Answer ask(int number) throws IOException;
    }

    private static SearchMethod method(Answering answering) {
        return new SearchMethod() {
            @Override
            public String key() {
                return "fake";
            }

            @Override
            public String title() {
                return "fake";
            }

            @Override
            public SearchClient.Answer search(SearchClient client, int number) throws IOException {
                return answering.ask(number);
            }

            @Override
            public List<String> ranked(SearchClient.Answer answer) {
                return List.of();
            }
        };
    }

    private static SearchClient.Answer answer(long nanos) {
        return new SearchClient.Answer(new byte[0], nanos, false);
    }

    @Test
    public void everySearchIsSentOnce() throws IOException {
        AtomicIntegerArray asked = new AtomicIntegerArray(QUERIES);
        try (SearchClients clients = new SearchClients(3)) {
            List<SearchClient.Answer> answers = clients.search(method(number -> {
                asked.incrementAndGet(number);
                return answer(number);
            }), 5, 16, QUERIES);
            assertEquals(16, answers.size());
            assertEquals(16 / QUERIES * 21 + 5 + 6, answers.stream().mapToLong(SearchClient.Answer::nanos).sum());
        }
        // From query 5: all queries twice, then two more.
        assertEquals("[2, 2, 2, 2, 2, 3, 3]", asked.toString());
    }

    @Test
    public void clientsSearchAtTheSameTime() throws IOException {
        CyclicBarrier all = new CyclicBarrier(4);
        try (SearchClients clients = new SearchClients(4)) {
            // No search is answered before all clients have sent one.
            assertEquals(8, clients.search(method(number -> {
                try {
                    all.await(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IOException(e);
                }
                return answer(1);
            }), 0, 8, QUERIES).size());
        }
    }

    @Test
    public void anErrorEndsTheSearches() {
        try (SearchClients clients = new SearchClients(2)) {
            IOException refused = new IOException("refused");
            assertEquals(refused, assertThrows(IOException.class, () -> clients.search(method(number -> {
                throw refused;
            }), 0, 8, QUERIES)));
        }
    }
}
