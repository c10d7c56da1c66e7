package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.NodeEvaluation;
import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How good rankings are on a data set: a node is told what had happened before the queries were asked, and evaluates them. */
final class QualityRun {
    private static final String HALF_LIFE = "30d";
    private static final String MATCH = "most_fields";
    private static final int WINDOW = 1_000;

    private final Screen screen;
    private final ResultFiles figures;
    private final DataSet set;
    private final Split split;
    private final int queries;
    private final List<String> users;
    private final String heap;
    private final boolean learns;
    private final Double meaning;
    private final Double again;
    private final List<String> signals;
    private final List<Double> explore;
    private JsonNode learned;
    private final Path work;

    /**
     * @param queries how many at most
     * @param users   groups of them that are shown
     * @param learns  whether a model is trained and used
     * @param signals by which a trained model is to rank; none for all
     * @param explore weights of chance that are measured too
     * @param meaning boost of what means the same as the query beside its words; null for words alone
     * @param again   boost of what the user had last beside them; null to leave it out
     */
    QualityRun(Screen screen, ResultFiles figures, DataSet set, Split split, int queries, List<String> users, String heap, boolean learns, List<String> signals, List<Double> explore, Double meaning, Double again) {
        this.screen = screen;
        this.figures = figures;
        this.set = set;
        this.split = split;
        this.queries = queries;
        this.users = users;
        this.heap = heap;
        this.learns = learns;
        this.signals = signals;
        this.explore = explore;
        this.meaning = meaning;
        this.again = again;
        this.work = figures.target().resolve("quality");
    }

    /** Items, then the log part by part, then the queries that came after it: nothing is known before it happened. */
    void run() throws IOException {
        try (Node node = start(install())) {
            Shop shop = new Shop(node.rest(), set);
            stock(shop);
            shop.track(split, HALF_LIFE);
            long told = 0;
            ShopQuery search = new ShopQuery(shop.textFields(), MATCH, Shop.TRACKER, WINDOW, null, meaning, again);
            NodeEvaluation evaluation = new NodeEvaluation(node.rest(), search);
            List<String> parts = set.parts(split);
            for (String part : parts) {
                told += tell(shop, part, told);
                if (learns && part.equals(parts.getFirst())) {
                    learn(evaluation);
                }
            }
            if (learns && parts.size() > 1) {
                learnAgain(evaluation);
            }
            if (meaning != null || again != null) {
                String more = (meaning == null ? "" : ", by meaning") + (again == null ? "" : ", and among the user's last items");
                screen.print(screen.dim(" BM25 stands for the search without ranking: by words" + more));
            }
            DataSet judged = set.newItems() == null ? set : set.queryingNewItems();
            new QualityReport(screen, figures, evaluation).make(judged, split, queries, users, variants(), said(told));
        }
    }

    private List<QualityReport.Variant> variants() {
        Stream<QualityReport.Variant> explored = explore.stream().map(QualityReport.Variant::explore);
        return Stream.concat(explored, set.newItems() == null ? Stream.empty() : Stream.of(QualityReport.Variant.without("behaviour"))).toList();
    }

    /** Which items go together, of what was told; and weights from the validation queries, where these are not to be judged. */
    private void learn(NodeEvaluation evaluation) throws IOException {
        try (Step step = screen.step("Training a model")) {
            boolean judges = split == Split.TEST && set.hasQueries(Split.VALID);
            ObjectNode body = judges ? evaluation.judged(set, Split.VALID) : Rest.JSON.createObjectNode();
            if (signals.isEmpty() == false) {
                signals.forEach(body.putArray("signals")::add);
            }
            learned = evaluation.train(body, step);
            step.done(told(learned));
        }
    }

    /** The same of all that was told since, with the weights as they were learned. */
    private void learnAgain(NodeEvaluation evaluation) throws IOException {
        try (Step step = screen.step("Training it on the newer events")) {
            step.done(told(evaluation.train(Rest.JSON.createObjectNode().put("weights_of", learned.path("number").asInt()), step)));
        }
    }

    private static String told(JsonNode model) {
        String log = String.format(Locale.ROOT, "model %d: %,d items of %,d events", model.path("number").asInt(), model.path("items").asInt(), model.path("events").asInt());
        JsonNode fusion = model.path("fusion");
        if (fusion.isMissingNode()) {
            return log;
        }
        return log + String.format(
            Locale.ROOT,
            "; weights of %,d searches: NDCG@10 %.4f, before %.4f, of %,d others: %s",
            fusion.path("lessons").asInt(),
            fusion.path("ndcg@10_after").asDouble(),
            fusion.path("ndcg@10_before").asDouble(),
            fusion.path("checks").asInt(),
            fusion.path("accepted").asBoolean() ? "taken" : "not taken"
        );
    }

    /** What ./demo says in its file, with its defaults, and what else was given. */
    private ObjectNode said(long events) {
        ObjectNode said = Rest.JSON.createObjectNode().put("match", MATCH).put("weight", "default").put("window", WINDOW).put("half_life", HALF_LIFE);
        said.put("meaning", meaning).put("again", again).putNull("popularity").putNull("last_events");
        said.set("model", learned);
        return said.put("events", events).put("heap", heap);
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing the plugin")) {
            OpenSearchHome home = OpenSearchHome.install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("plugin installed into a copy of OpenSearch");
            return home;
        }
    }

    /** A node that waits for profiles as long as it takes: what is measured is not how busy the machine is. */
    private Node start(OpenSearchHome home) throws IOException {
        try (Step step = screen.step("Starting a node")) {
            Node node = Node.start(home, NodeSettings.single(work.resolve("node"), Ports.free(1).getFirst(), heap, List.of()), waited -> step.now(waited.toSeconds() + " s"));
            step.done("node " + node.pid() + " answers at " + node.rest().base());
            return node;
        }
    }

    private void stock(Shop shop) throws IOException {
        shop.open();
        try (Step step = screen.step("Encoding and indexing")) {
            long items = shop.stock(step);
            step.done(String.format(Locale.ROOT, "%,d items of %s encoded and indexed", items, set.name()));
        }
    }

    private long tell(Shop shop, String part, long told) throws IOException {
        try (Step step = screen.step("Replaying " + part)) {
            long events = shop.replay(part, step);
            TrackerProgress stats = shop.awaitTracker(told + events, step);
            step.done(String.format(Locale.ROOT, "%,d events of %s replayed, %,d in profiles so far", events, part, stats.applied()));
            return events;
        }
    }
}
