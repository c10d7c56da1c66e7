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
 * What a personalised search takes beside the same search without, and beside what people do without us: all ways to rank in
 * turns over the same queries of one index.
 */
final class RescoreMeasurements {
    static final int QUERIES = 200;
    private static final String PIPELINE = "personal";
    /** Searches of one turn: enough for the node's CPU time to be read. */
    private static final int TURN = 50;
    /** The same for each of several clients, so that they all ask most of the time. */
    private static final int TURN_OF_CLIENT = 20;
    /** What we are compared with has a turn in every third round. */
    private static final int SELDOM = 3;
    private static final int LEAST_ROUNDS = 4;
    private static final double WARM_UP_SHARE = 0.4;

    private final Screen screen;
    private final Node node;
    private final Allocations allocations;
    private final SyntheticShop shop;
    private final RescoreIndex index;
    private final int seconds;

    /** @param seconds of searching, after a warm-up */
    RescoreMeasurements(Screen screen, Node node, Allocations allocations, SyntheticShop shop, RescoreIndex index, int seconds) {
        this.screen = screen;
        this.node = node;
        this.allocations = allocations;
        this.shop = shop;
        this.index = index;
        this.seconds = seconds;
    }

    /** All ways to rank, those without personalisation first. */
    List<SearchMethod> contestants(RescoreCell cell) throws IOException {
        node.rest().put("/_search/pipeline/" + PIPELINE, """
            {"request_processors":[{"affinity":{"tracker":"%s","window_size":%d}}]}""".formatted(index.tracker(), cell.window()));
        URI uri = node.rest().base().resolve("/" + index.index(cell.shards()));
        List<Shopper> shoppers = shop.shoppers(cell.interests());
        List<SearchMethod> contestants = new ArrayList<>();
        for (SearchKind kind : SearchKind.all(index.tracker(), PIPELINE, cell.window(), shoppers)) {
            contestants.add(NodeRanking.of(kind, uri, QUERIES));
        }
        try (SearchClient client = new SearchClient()) {
            contestants.add(ClientRanking.of(shop, uri, QUERIES, cell.window(), shoppers, client));
            check(cell, client, contestants);
        }
        return contestants;
    }

    /** Whoever claims to rank anew must do so, and the window must be full: else the figures say nothing. */
    private void check(RescoreCell cell, SearchClient client, List<SearchMethod> contestants) throws IOException {
        SearchClient.Answer first = contestants.getFirst().ask(client, 0);
        JsonNode total = Rest.JSON.readTree(first.body()).path("hits").path("total").path("value");
        if (total.asInt() < cell.window() * cell.shards()) {
            throw new IOException("the first query finds " + total + " items, too few for windows of " + cell.window());
        }
        List<String> plain = contestants.getFirst().ranked(first);
        List<String> painless = List.of();
        for (SearchMethod each : contestants) {
            List<String> ranked = each.ranked(each.ask(client, 0));
            boolean meant = each.key().equals(SearchKind.PLAIN) || each.key().equals(SearchKind.WINDOW);
            if (ranked.size() != plain.size() || ranked.equals(plain) != meant) {
                throw new IOException(each.title() + (meant ? " changed the ranking: " : " changed nothing: ") + ranked);
            }
            painless = each.key().equals(SearchKind.PAINLESS) ? ranked : painless;
            // With several shards the window of the client is another.
            if (each.key().equals(SearchKind.CLIENT) && cell.shards() == 1 && alike(ranked, painless) < ranked.size() - 1) {
                throw new IOException("the client ranks " + ranked + " where the script ranks " + painless);
            }
        }
    }

    /** How many items two lists have in common. */
    private static int alike(List<String> some, List<String> others) {
        Set<String> common = new HashSet<>(some);
        common.retainAll(others);
        return common.size();
    }

    RescoreFigures run(RescoreCell cell, List<SearchMethod> contestants) throws IOException {
        int turn = cell.clients() == 1 ? TURN : TURN_OF_CLIENT * cell.clients();
        try (SearchClients clients = new SearchClients(cell.clients()); Step step = screen.step("Searching")) {
            step.now("warming up");
            RescoreFigures ignored = new RescoreFigures(cell, 0);
            // What a document needs beside its vector is found out when it is looked at first: not in what counts.
            for (int round = 0; round * turn < QUERIES || step.seconds() < WARM_UP_SHARE * seconds; round++) {
                round(clients, contestants, round, turn, ignored);
            }
            RescoreFigures measured = new RescoreFigures(cell, index.segments(cell.shards()));
            double begin = step.seconds();
            int round = 0;
            for (; round < LEAST_ROUNDS || step.seconds() - begin < seconds; round++) {
                step.now("round " + (round + 1));
                round(clients, contestants, round, turn, measured);
            }
            step.done(String.format(Locale.ROOT, "%d rounds of %d searches, with everybody in every third", round, turn));
            return measured;
        }
    }

    /** Everybody's turn with the same queries; who begins changes from round to round. */
    private void round(SearchClients clients, List<SearchMethod> contestants, int round, int turn, RescoreFigures measured) throws IOException {
        for (int i = 0; i < contestants.size(); i++) {
            SearchMethod contestant = contestants.get((round + i) % contestants.size());
            if (round % SELDOM == 0 || SearchKind.isSeldom(contestant.key()) == false) {
                turn(clients, contestant, round * turn, turn, measured);
            }
        }
    }

    private void turn(SearchClients clients, SearchMethod contestant, int from, int searches, RescoreFigures measured) throws IOException {
        RankCounters counted = RankCounters.of(node.rest());
        long bytes = allocations.bytes();
        double cpu = node.cpuSeconds();
        long wall = System.nanoTime();
        List<SearchClient.Answer> answers = clients.ask(contestant, from, searches, QUERIES);
        double wallSeconds = (System.nanoTime() - wall) / 1e9;
        double cpuSeconds = node.cpuSeconds() - cpu;
        long allocated = allocations.bytes() - bytes;
        answers.forEach(answer -> measured.add(contestant.key(), answer));
        measured.add(contestant.key(), new Measurement(searches, cpuSeconds, wallSeconds), allocated);
        if (contestant.key().equals(SearchKind.RESCORE)) {
            measured.add(RankCounters.of(node.rest()).since(counted));
        }
    }
}
