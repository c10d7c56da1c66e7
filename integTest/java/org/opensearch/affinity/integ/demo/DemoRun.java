package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.NodeEvaluation;
import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.ItemCounts;
import org.opensearch.affinity.integ.data.Person;
import org.opensearch.affinity.integ.data.SampleShop;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One run of the demo: starts a node with the plugin on loopback, fills it with a shop and its behaviour log, shows the same query
 * without a user and for two users, and measures the judged queries of a data set.
 */
final class DemoRun {
    private static final int ROWS = 5;

    private final Screen screen;
    private final DemoOptions options;
    private final Path nodeFolder;
    private final Split split;

    DemoRun(Screen screen, DemoOptions options, Path nodeFolder) {
        this.screen = screen;
        this.options = options;
        this.nodeFolder = nodeFolder;
        this.split = Split.ofWord(options.split);
    }

    void run() throws IOException {
        Path work = nodeFolder.getParent();
        DataSet set = options.isSampleShop() ? SampleShop.write(work.resolve("sample"), Instant.now()) : options.dataSet();
        NodeSettings settings = NodeSettings.single(nodeFolder, options.port, options.heap, List.of());
        try (Node node = start(install(work), options.keep ? settings.outliving() : settings)) {
            List<ExampleSearch> shown = showAndMeasure(node.rest(), set);
            if (options.keep) {
                node.release();
                screen.print(farewell(shown));
            }
        }
    }

    private OpenSearchHome install(Path work) throws IOException {
        try (Step step = screen.step("Installing the plugin")) {
            OpenSearchHome home = OpenSearchHome.install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("plugin installed into a copy of OpenSearch");
            return home;
        }
    }

    private Node start(OpenSearchHome home, NodeSettings settings) throws IOException {
        try (Step step = screen.step("Starting OpenSearch")) {
            Node node = Node.start(home, settings, waited -> step.now(waited.toSeconds() + " s"));
            step.done("OpenSearch " + node.rest().get("/").path("version").path("number").asText() + " answers at " + node.rest().base());
            return node;
        }
    }

    private List<ExampleSearch> showAndMeasure(Rest rest, DataSet set) throws IOException {
        Shop shop = new Shop(rest, set, options.popularity == null ? null : popularity(set));
        fill(shop, set);
        ShopQuery search = options.search(shop.textFields(), Shop.TRACKER);
        List<ExampleSearch> examples = examples(rest, search, set);
        for (ExampleSearch example : examples) {
            show(rest, search, example);
        }
        if (set.hasQueries(split)) {
            measure(rest, search, set);
        }
        return examples;
    }

    /** Counts the whole log, also when the node knows only a part of it. */
    private ItemCounts popularity(DataSet set) throws IOException {
        try (Stream<ObjectNode> log = set.log(split)) {
            return ItemCounts.of(log, options.popularity);
        }
    }

    private void fill(Shop shop, DataSet set) throws IOException {
        shop.open();
        try (Step step = screen.step("Encoding and indexing")) {
            long items = shop.stock(step);
            step.done(counted(items, "items", step) + " of " + (options.isSampleShop() ? "the sample shop" : set.name())
                + " encoded and indexed");
        }
        shop.track(split, options.halfLife);
        long events;
        try (Step step = screen.step("Replaying the log")) {
            events = shop.replay(split, step);
            step.done(counted(events, "events", step) + " of " + (options.isSampleShop() ? "a SIMULATED log" : "the log") + " replayed");
        }
        try (Step step = screen.step("Waiting for the tracker")) {
            TrackerProgress progress = shop.awaitTracker(events, step);
            String read = "tracker has read all events: %,d applied to profiles, %,d skipped";
            step.done(String.format(Locale.ROOT, read, progress.applied(), progress.skipped()));
        }
    }

    private List<ExampleSearch> examples(Rest rest, ShopQuery search, DataSet set) throws IOException {
        if (options.isSampleShop() && options.query == null) {
            return ExampleSearch.OF_SAMPLE_SHOP;
        }
        if (options.query == null && set.hasQueries(split) == false) {
            screen.print(screen.dim("   " + set.name() + " has no " + split.word() + " queries; --query TEXT shows one of yours"));
            return List.of();
        }
        try (Step step = screen.step("Looking for two users with different interests")) {
            ExampleSearch found = options.query == null
                ? ExampleSearch.find(rest, search, set, split)
                : ExampleSearch.among(rest, search, options.query, ExampleSearch.busiest(set, split));
            step.done("two users whose hits have little in common: " + String.join(", ", found.users()));
            return List.of(found);
        }
    }

    private void show(Rest rest, ShopQuery search, ExampleSearch example) throws IOException {
        List<UserProfile> users = new ArrayList<>();
        for (String user : example.users()) {
            users.add(UserProfile.of(rest, Shop.TRACKER, user)
                .orElseThrow(() -> new IOException("the tracker has no profile of user [" + user + "]")));
        }
        screen.print("");
        screen.print(screen.bold(" Query: “" + example.query() + "”"));
        if (options.isSampleShop()) {
            for (Person person : SampleShop.people()) {
                if (example.users().contains(person.user())) {
                    screen.print(screen.dim(" " + person.user() + " (invented) " + person.about()));
                }
            }
        }
        screen.print(new ComparisonTable(screen, SearchComparison.of(rest, search, example.query(), users, ROWS), ROWS).toString());
        screen.print(screen.dim(" score = relevance × e^(weight · affinity + other signals)   ▲▼ ranks gained or lost by personalisation"));
        screen.print(screen.dim(" ♥ the interest that adds most to the affinity   ✗ the aversion that takes most from it"));
    }

    private void measure(Rest rest, ShopQuery search, DataSet set) throws IOException {
        ObjectNode settings = Rest.JSON.createObjectNode();
        settings.put("match", options.match).put("weight", options.weight == null ? "default" : options.weight.toString());
        settings.put("window", options.window).put("half_life", options.halfLife);
        settings.put("meaning", options.meaning).put("popularity", options.popularity).put("last_events", options.lastEvents);
        int most = options.queries == null ? Integer.MAX_VALUE : options.queries;
        screen.print("");
        QualityReport report = new QualityReport(screen, ResultFiles.here(), new NodeEvaluation(rest, search));
        report.make(set, split, most, QualityReport.GROUPS, List.of(), settings);
    }

    private String farewell(List<ExampleSearch> shown) {
        String url = "http://127.0.0.1:" + options.port;
        String text = "\n The node keeps running at " + url + ".";
        if (shown.isEmpty() == false) {
            String user = shown.getFirst().users().getFirst();
            text += """
                 A user's profile, and a search of this user:

                   curl -s '%1$s/_plugins/_affinity/trackers/shop/users/%2$s?pretty'

                   curl -s '%1$s/products/_search?pretty&filter_path=hits.hits._score,hits.hits._source.title' \\
                     -H 'Content-Type: application/json' -d '{
                       "query": {"multi_match": {"query": "%3$s", "fields": ["title", "categories"]}},
                       "rescore": {"window_size": 1000, "affinity": {"tracker": "shop", "user": "%2$s"}}}'
                """.formatted(url, user, shown.getFirst().query());
        }
        return text + "\n Stop it with  " + screen.bold("./demo --stop");
    }

    private static String counted(long count, String what, Step step) {
        return String.format(Locale.ROOT, "%,d %s (%s/s)", count, what, Step.rate(count / Math.max(0.001, step.seconds())));
    }
}
