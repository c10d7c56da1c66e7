package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Figures;
import org.opensearch.affinity.integ.bench.common.NodeEvaluation;
import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.cluster.KnownUser;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.ItemCounts;
import org.opensearch.affinity.integ.data.Person;
import org.opensearch.affinity.integ.data.SampleShop;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Starts OpenSearch with the plugin on loopback, fills it with a shop and its behaviour log, and shows the same query to two
 * users and to nobody. With a data set that has judged queries it also measures. The script {@code demo} starts it and says
 * what the options mean.
 */
@Command(name = "./demo")
public final class Demo implements Callable<Integer> {
    private static final int ROWS = 5;

    @Parameters(arity = "0..1", paramLabel = "DIR")
    private Path folder;

    @Option(names = "--port", defaultValue = "9200")
    private int port;

    @Option(names = "--keep")
    private boolean keep;

    @Option(names = "--query", paramLabel = "TEXT")
    private String query;

    @Option(names = "--queries", paramLabel = "N")
    private Integer queries;

    @Option(names = "--split", defaultValue = "test", paramLabel = "test|valid")
    private String split;

    @Option(names = "--weight")
    private Double weight;

    @Option(names = "--window", defaultValue = "1000")
    private int window;

    @Option(names = "--half-life", defaultValue = "30d")
    private String halfLife;

    @Option(names = "--match", defaultValue = "most_fields", paramLabel = "TYPE")
    private String match;

    @Option(names = "--meaning", paramLabel = "BOOST")
    private Double meaning;

    @Option(names = "--popularity", paramLabel = "WEIGHT")
    private Double popularity;

    @Option(names = "--last-events", paramLabel = "N")
    private Integer lastEvents;

    @Option(names = "--heap", defaultValue = "1g")
    private String heap;

    private final Screen screen = Screen.standard();
    private final Path target = Path.of(System.getProperty("affinity.target", "target")).toAbsolutePath();

    /** Ends with status 0 when all went well, 1 when something failed, 2 for wrong arguments. */
    public static void main(String[] args) {
        Demo demo = new Demo();
        CommandLine line = new CommandLine(demo).setExecutionExceptionHandler((failure, command, parsed) -> demo.failed(failure))
            .setParameterExceptionHandler((wrong, given) -> demo.failed(wrong));
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Split asked = parsedSplit();
        DataSet set = folder == null ? SampleShop.write(target.resolve("demo/sample"), Instant.now()) : known(DataSet.open(folder));
        OpenSearchHome home = install();
        Path nodeFolder = target.resolve("demo/node");
        try (Node node = start(home, keep ? settings(nodeFolder).outliving() : settings(nodeFolder))) {
            List<Showcase> shown = run(node.rest(), set, asked);
            if (keep) {
                node.release();
                screen.print(farewell(shown));
            }
        }
        return 0;
    }

    private List<Showcase> run(Rest rest, DataSet set, Split asked) throws IOException {
        Shop shop = new Shop(rest, set, popularity == null ? null : popularity(set, asked));
        fill(shop, set, asked);
        ShopQuery shopQuery = new ShopQuery(shop.textFields(), match, Shop.TRACKER, window, weight, meaning, null);
        List<Showcase> showcases = showcases(rest, shopQuery, set, asked);
        for (Showcase showcase : showcases) {
            show(rest, shopQuery, showcase);
        }
        if (set.asks(asked)) {
            measure(rest, shopQuery, set, asked);
        }
        return showcases;
    }

    private DataSet known(DataSet set) {
        if (lastEvents != null && lastEvents < 1) {
            throw new IllegalArgumentException("--last-events must be at least 1, got " + lastEvents);
        }
        return lastEvents == null ? set : set.last(lastEvents);
    }

    /** Popularity is that of the whole log, also where little is known of each user. */
    private ItemCounts popularity(DataSet set, Split asked) throws IOException {
        try (Stream<ObjectNode> log = set.log(asked)) {
            return ItemCounts.of(log, popularity);
        }
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing the plugin")) {
            OpenSearchHome home = OpenSearchHome.install(path("affinity.distribution"), path("affinity.zip"), target.resolve("demo"));
            step.done("plugin installed into a copy of OpenSearch");
            return home;
        }
    }

    private NodeSettings settings(Path nodeFolder) {
        return NodeSettings.single(nodeFolder, port, heap, List.of());
    }

    private Node start(OpenSearchHome home, NodeSettings settings) throws IOException {
        try (Step step = screen.step("Starting OpenSearch")) {
            Node node = Node.start(home, settings, waited -> step.now(waited.toSeconds() + " s"));
            step.done("OpenSearch " + node.rest().get("/").path("version").path("number").asText() + " answers at " + node.rest().base());
            return node;
        }
    }

    private void fill(Shop shop, DataSet set, Split asked) throws IOException {
        shop.open();
        try (Step step = screen.step("Encoding and indexing")) {
            long items = shop.stock(step);
            step.done(counted(items, "items", step) + " of " + (folder == null ? "the sample shop" : set.name()) + " encoded and indexed");
        }
        shop.track(asked, halfLife);
        long events;
        try (Step step = screen.step("Replaying the log")) {
            events = shop.replay(asked, step);
            step.done(counted(events, "events", step) + " of " + (folder == null ? "a SIMULATED log" : "the log") + " replayed");
        }
        try (Step step = screen.step("Waiting for the tracker")) {
            TrackerProgress stats = shop.awaitTracker(events, step);
            step.done(
                String.format(Locale.ROOT, "tracker has read them all: %,d applied to profiles, %,d skipped", stats.applied(), stats.skipped())
            );
        }
    }

    private List<Showcase> showcases(Rest rest, ShopQuery shopQuery, DataSet set, Split asked) throws IOException {
        if (folder == null && query == null) {
            return Showcase.OF_SAMPLE;
        }
        if (query == null && set.asks(asked) == false) {
            screen.print(screen.dim("   " + set.name() + " has no " + asked.word() + " queries; --query TEXT shows one of yours"));
            return List.of();
        }
        try (Step step = screen.step("Looking for two users with different tastes")) {
            Showcase found = query == null
                ? Showcase.find(rest, shopQuery, set, asked)
                : Showcase.among(rest, shopQuery, query, Showcase.busiest(set, asked));
            step.done("two users who have little in common: " + String.join(", ", found.users()));
            return List.of(found);
        }
    }

    private void show(Rest rest, ShopQuery shopQuery, Showcase showcase) throws IOException {
        List<KnownUser> users = new ArrayList<>();
        for (String user : showcase.users()) {
            users.add(KnownUser.of(rest, Shop.TRACKER, user).orElseThrow(() -> new IOException("the tracker does not know user [" + user + "]")));
        }
        screen.print("");
        screen.print(screen.bold(" Query: “" + showcase.query() + "”"));
        if (folder == null) {
            for (Person person : SampleShop.people()) {
                if (showcase.users().contains(person.user())) {
                    screen.print(screen.dim(" " + person.user() + " (invented) " + person.about()));
                }
            }
        }
        screen.print(new SideBySide(screen, Showing.of(rest, shopQuery, showcase.query(), users, ROWS), ROWS).toString());
        screen.print(screen.dim(" score = relevance × e^(weight · affinity + popularity)   ▲▼ places gained, lost against nobody   ♥ the interest it meets  ✗ what it goes against"));
    }

    private void measure(Rest rest, ShopQuery shopQuery, DataSet set, Split asked) throws IOException {
        ObjectNode said = Rest.JSON.createObjectNode();
        said.put("match", match).put("weight", weight == null ? "default" : weight.toString()).put("window", window).put("half_life", halfLife);
        said.put("meaning", meaning).put("popularity", popularity).put("last_events", lastEvents);
        int most = queries == null ? Integer.MAX_VALUE : queries;
        screen.print("");
        new QualityReport(screen, Figures.here(), new NodeEvaluation(rest, shopQuery)).make(set, asked, most, QualityReport.GROUPS, List.of(), said);
    }

    private String farewell(List<Showcase> shown) {
        String url = "http://127.0.0.1:" + port;
        StringBuilder text = new StringBuilder("\n The node goes on at " + url + ".");
        if (shown.isEmpty() == false) {
            Showcase first = shown.getFirst();
            text.append(" What it knows of somebody, and what somebody sees:\n\n");
            text.append("   curl -s '").append(url).append("/_plugins/_affinity/trackers/shop/users/").append(first.users().getFirst()).append("?pretty'\n\n");
            text.append("   curl -s '").append(url).append("/products/_search?pretty&filter_path=hits.hits._score,hits.hits._source.title' \\\n");
            text.append("     -H 'Content-Type: application/json' -d '{\n");
            text.append("       \"query\": {\"multi_match\": {\"query\": \"").append(first.query()).append("\", \"fields\": [\"title\", \"categories\"]}},\n");
            text.append("       \"rescore\": {\"window_size\": 1000, \"affinity\": {\"tracker\": \"shop\", \"user\": \"");
            text.append(first.users().getFirst()).append("\"}}}'\n");
        }
        return text + "\n Stop it with  " + screen.bold("./demo --stop");
    }

    private Split parsedSplit() {
        for (Split known : Split.values()) {
            if (known.word().equals(split)) {
                return known;
            }
        }
        throw new IllegalArgumentException("--split must be test or valid, got " + split);
    }

    private int failed(Exception failure) {
        Throwable cause = failure instanceof UncheckedIOException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause instanceof RestFailure refused ? refused.brief() : cause.getMessage();
        screen.print(screen.bad(" ✘ " + (message == null ? failure.toString() : message)));
        if (System.getenv("DEMO_TRACE") != null) {
            failure.printStackTrace();
        }
        return 1;
    }

    private static String counted(long count, String what, Step step) {
        return String.format(Locale.ROOT, "%,d %s (%s/s)", count, what, Step.rate(count / Math.max(0.001, step.seconds())));
    }

    private static Path path(String property) throws IOException {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IOException("start this with ./demo; system property " + property + " is missing");
        }
        return Path.of(value);
    }
}
