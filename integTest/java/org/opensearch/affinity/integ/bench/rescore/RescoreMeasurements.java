package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.bench.common.SearchClients;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.cluster.Allocations;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Measures a personalised search beside the same search without personalisation and beside other ways to personalise: all methods take
 * turns over the same queries of one index.
 */
final class RescoreMeasurements {
    static final int QUERIES = 200;
    private static final String PIPELINE = "personal";
    /** Searches of one turn: enough to read the node's CPU time. */
    private static final int TURN_SEARCHES = 50;
    /** Searches of one turn for each of several clients, so that all of them search most of the time. */
    private static final int TURN_SEARCHES_PER_CLIENT = 20;
    /** The methods of others take a turn in every third round only. */
    private static final int SELDOM_ROUNDS = 3;
    private static final int LEAST_ROUNDS = 4;
    private static final double WARM_UP_SHARE = 0.4;

    private final Screen screen;
    private final Node node;
    private final Allocations allocations;
    private final SyntheticShop shop;
    private final RescoreIndex index;
    private final int seconds;

    /** @param seconds approximate time of searching, after a warm-up */
    RescoreMeasurements(Screen screen, Node node, Allocations allocations, SyntheticShop shop, RescoreIndex index, int seconds) {
        this.screen = screen;
        this.node = node;
        this.allocations = allocations;
        this.shop = shop;
        this.index = index;
        this.seconds = seconds;
    }

    /** All methods, those without personalisation first. */
    List<SearchMethod> methods(RescoreCell cell) throws IOException {
        node.rest().put("/_search/pipeline/" + PIPELINE, """
            {"request_processors":[{"affinity":{"tracker":"%s","window_size":%d}}]}""".formatted(index.tracker(), cell.window()));
        URI uri = node.rest().base().resolve("/" + index.index(cell.shards()));
        List<Shopper> shoppers = shop.shoppers(cell.interests());
        List<SearchMethod> methods = new ArrayList<>();
        for (SearchKind kind : SearchKind.all(index.tracker(), PIPELINE, cell.window(), shoppers)) {
            methods.add(NodeRanking.of(kind, uri, QUERIES));
        }
        try (SearchClient client = new SearchClient()) {
            methods.add(ClientRanking.of(shop, uri, QUERIES, cell.window(), shoppers, client));
            check(cell, client, methods);
        }
        return methods;
    }

    /** Checks that each method changes the ranking as it should and that the window is full. */
    private void check(RescoreCell cell, SearchClient client, List<SearchMethod> methods) throws IOException {
        SearchClient.Answer first = methods.getFirst().search(client, 0);
        JsonNode total = Rest.JSON.readTree(first.body()).path("hits").path("total").path("value");
        if (total.asInt() < cell.window() * cell.shards()) {
            throw new IOException("the first query finds " + total + " items, too few for windows of " + cell.window());
        }
        List<String> plain = methods.getFirst().ranked(first);
        List<String> painless = List.of();
        for (SearchMethod each : methods) {
            List<String> ranked = each.ranked(each.search(client, 0));
            boolean plainOrder = each.key().equals(SearchKind.PLAIN) || each.key().equals(SearchKind.WINDOW);
            if (ranked.size() != plain.size() || ranked.equals(plain) != plainOrder) {
                throw new IOException(each.title() + (plainOrder ? " changed the ranking: " : " did not change the ranking: ") + ranked);
            }
            painless = each.key().equals(SearchKind.PAINLESS) ? ranked : painless;
            // With several shards the client's window differs.
            if (each.key().equals(SearchKind.CLIENT) && cell.shards() == 1 && common(ranked, painless) < ranked.size() - 1) {
                throw new IOException("the client ranks " + ranked + " where the script ranks " + painless);
            }
        }
    }

    /** Number of items that two lists have in common. */
    private static int common(List<String> some, List<String> others) {
        Set<String> common = new HashSet<>(some);
        common.retainAll(others);
        return common.size();
    }

    /** Measures all methods under the conditions of a cell. */
    RescoreFigures run(RescoreCell cell, List<SearchMethod> methods) throws IOException {
        int turn = cell.clients() == 1 ? TURN_SEARCHES : TURN_SEARCHES_PER_CLIENT * cell.clients();
        try (SearchClients clients = new SearchClients(cell.clients()); Step step = screen.step("Searching")) {
            step.now("warming up");
            RescoreFigures ignored = new RescoreFigures(cell, 0);
            // The first search that meets a document computes values that later ones find in a cache.
            for (int round = 0; round * turn < QUERIES || step.seconds() < WARM_UP_SHARE * seconds; round++) {
                round(clients, methods, round, turn, ignored);
            }
            RescoreFigures measured = new RescoreFigures(cell, index.segments(cell.shards()));
            double begin = step.seconds();
            int round = 0;
            for (; round < LEAST_ROUNDS || step.seconds() - begin < seconds; round++) {
                step.now("round " + (round + 1));
                round(clients, methods, round, turn, measured);
            }
            step.done(String.format(Locale.ROOT, "%d rounds of %d searches, with all methods in every third", round, turn));
            return measured;
        }
    }

    /** Each method takes a turn with the same queries. A different one begins in each round. */
    private void round(SearchClients clients, List<SearchMethod> methods, int round, int turn, RescoreFigures measured) throws IOException {
        for (int i = 0; i < methods.size(); i++) {
            SearchMethod method = methods.get((round + i) % methods.size());
            if (round % SELDOM_ROUNDS == 0 || SearchKind.isSeldom(method.key()) == false) {
                turn(clients, method, round * turn, turn, measured);
            }
        }
    }

    private void turn(SearchClients clients, SearchMethod method, int from, int searches, RescoreFigures measured) throws IOException {
        RankCounters counted = RankCounters.of(node.rest());
        long bytes = allocations.bytes();
        double cpu = node.cpuSeconds();
        long wall = System.nanoTime();
        List<SearchClient.Answer> answers = clients.search(method, from, searches, QUERIES);
        double wallSeconds = (System.nanoTime() - wall) / 1e9;
        double cpuSeconds = node.cpuSeconds() - cpu;
        long allocated = allocations.bytes() - bytes;
        answers.forEach(answer -> measured.add(method.key(), answer));
        measured.add(method.key(), new Measurement(searches, cpuSeconds, wallSeconds), allocated);
        if (method.key().equals(SearchKind.RESCORE)) {
            measured.add(RankCounters.of(node.rest()).since(counted));
        }
    }
}
