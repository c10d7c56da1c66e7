package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.ShopQuery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;

/** Shows the search of the sample shop's clara for "mat"; a server of this test gives the answers of a node. */
public class SearchComparisonTests {
    private static final UserProfile CLARA = new UserProfile(
        "clara", 150, List.of(new UserProfile.Interest("baking, kitchen, pan", 0.88, 3, List.of("Rolling Pin")),
            new UserProfile.Interest("", 0.04, 1, List.of("Stand Mixer")))
    );

    private final ObjectNode answer;
    private final ObjectNode unlabelled;
    private HttpServer server;
    private int searches;
    private int withoutLabels;

    public SearchComparisonTests() throws IOException {
        try (InputStream in = SearchComparisonTests.class.getResourceAsStream("/demo/mat-for-clara.json")) {
            answer = (ObjectNode) Rest.JSON.readTree(in);
        }
        unlabelled = answer.deepCopy();
        for (JsonNode interest : unlabelled.findValue("interests")) {
            ((ObjectNode) interest).remove("label");
        }
    }

    @Before
    public void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            JsonNode body = Rest.JSON.readTree(exchange.getRequestBody());
            boolean personal = body.at("/rescore/affinity/why").asBoolean();
            searches += personal ? 1 : 0;
            byte[] bytes = (personal && searches <= withoutLabels ? unlabelled : answer).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @After
    public void stopServer() {
        server.stop(0);
    }

    @Test
    public void interestWithTheLargestMatchIsShown() {
        String table = table();
        assertThat(table, containsString("♥ baking, kitchen, pan"));
        assertThat(table, not(containsString("grooming")));
        assertThat(table, not(containsString("mixer")));
        assertThat(table, not(containsString("✗")));
        assertEquals(1, searches);
    }

    @Test
    public void searchIsRepeatedUntilReasonsAreInWords() {
        withoutLabels = 2;
        assertThat(table(), containsString("♥ baking, kitchen, pan"));
        assertEquals(3, searches);
    }

    @Test
    public void anInterestWithoutWordsIsShownByAnItem() {
        withoutLabels = Integer.MAX_VALUE;
        for (JsonNode interest : unlabelled.findValue("interests")) {
            ((ObjectNode) interest).put("number", 3 - interest.path("number").asInt());
        }
        assertThat(table(), containsString("♥ Stand Mixer"));
        assertThat(searches, lessThan(20));
    }

    private String table() {
        Rest rest = new Rest(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
        SearchComparison comparison = SearchComparison.of(rest, new ShopQuery(List.of("title"), "most_fields", "shop", 1_000, null), "mat",
            List.of(CLARA), 2);
        Screen screen = new Screen(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false, false, 100);
        return new ComparisonTable(screen, comparison, 2).toString();
    }
}
