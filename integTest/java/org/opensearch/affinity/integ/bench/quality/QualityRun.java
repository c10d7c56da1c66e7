package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.NodeEvaluation;
import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.bench.common.QueryForm;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Evaluates rankings on a data set: replays the events before the queries on a node, which then evaluates the queries. */
final class QualityRun {
    private static final String HALF_LIFE = "30d";
    private static final int WINDOW = 1_000;
    private static final int FOR_YOU_USERS = 1_500;

    private final Screen screen;
    private final ResultFiles results;
    private final DataSet set;
    private final Split split;
    private final QualityBench options;
    private final Path work;
    private JsonNode model;
    private QueryForm form;

    /** @param set with the events that {@code options} allow */
    QualityRun(Screen screen, ResultFiles results, DataSet set, QualityBench options) {
        this.screen = screen;
        this.results = results;
        this.set = set;
        this.split = Split.ofWord(options.split);
        this.options = options;
        this.work = results.target().resolve("quality");
    }

    /** Indexes the items, replays the log part by part, and evaluates the queries after it. */
    void run() throws IOException {
        try (Node node = start(install())) {
            Shop shop = new Shop(node.rest(), set);
            stock(shop);
            shop.track(split, HALF_LIFE);
            long replayed = 0;
            List<String> parts = set.parts(split);
            replayed += replay(shop, parts.getFirst(), replayed);
            String first = QueryForm.ALL.getFirst();
            ShopQuery search = new ShopQuery(shop.textFields(), first, Shop.TRACKER, WINDOW, null, options.meaning, options.again,
                options.newAlone ? Shop.NEW : null);
            form = form(node, search);
            NodeEvaluation evaluation = new NodeEvaluation(node.rest(), search.withType(form.type()));
            if (options.untrained == false) {
                train(evaluation);
            }
            for (String part : parts.subList(1, parts.size())) {
                replayed += replay(shop, part, replayed);
            }
            if (options.untrained == false && parts.size() > 1) {
                retrain(evaluation);
            }
            if (options.meaning != null || options.again != null) {
                String more = (options.meaning == null ? "" : ", by meaning")
                    + (options.again == null ? "" : ", and among the user's last items");
                screen.print(screen.dim(" BM25 here is the search without ranking: by words" + more));
            }
            DataSet judged = set.newItems() == null ? set : set.queryingNewItems();
            QualityReport report = new QualityReport(screen, results, evaluation);
            report.make(judged, split, mostQueries(), options.users, variants(), settings(replayed));
            if (options.forYou) {
                int users = options.queries == null ? FOR_YOU_USERS : options.queries;
                new ForYouReport(screen, results, node.rest()).make(set, split, users, settings(replayed));
            }
        }
    }

    /** For new items and newcomers: without each part of the model that is estimated from content, and by content alone. */
    private List<QualityReport.Variant> variants() {
        List<QualityReport.Variant> variants = new ArrayList<>(options.explore.stream().map(QualityReport.Variant::explore).toList());
        if ((set.newItems() != null || set.newcomers() != null) && model != null) {
            List<String> learned = parts(model);
            learned.forEach(part -> variants.add(QualityReport.Variant.without(List.of(part))));
            if (learned.size() > 1) {
                variants.add(QualityReport.Variant.without(learned));
            }
        }
        return variants;
    }

    private static List<String> parts(JsonNode model) {
        List<String> parts = new ArrayList<>(List.of("neighbours"));
        model.path("parts").fieldNames().forEachRemaining(parts::add);
        return parts;
    }

    private QueryForm form(Node node, ShopQuery search) throws IOException {
        if (options.match != null) {
            return QueryForm.given(options.match);
        }
        try (Step step = screen.step("Choosing the form of the query")) {
            QueryForm chosen = QueryForm.choose(node.rest(), search, options.newAlone ? lessons() : set, mostQueries(), step);
            step.done(chosen.toString());
            return chosen;
        }
    }

    private int mostQueries() {
        return options.queries == null ? Integer.MAX_VALUE : options.queries;
    }

    /** Trains a model from the events so far; when the test queries are evaluated, its weights are learned from the validation queries. */
    private void train(NodeEvaluation evaluation) throws IOException {
        try (Step step = screen.step("Training a model")) {
            boolean judges = split == Split.TEST && set.hasQueries(Split.VALID);
            ObjectNode body = judges ? evaluation.judged(lessons(), Split.VALID) : Rest.JSON.createObjectNode();
            if (options.signals.isEmpty() == false) {
                options.signals.forEach(body.putArray("signals")::add);
            }
            options.parts.forEach(body.putArray("parts")::add);
            model = evaluation.train(body, step);
            step.done(described(model));
        }
        GainsTable gains = new GainsTable(model);
        if (gains.isEmpty() == false) {
            screen.print(gains.toString());
            screen.print(screen.dim(" on queries that were not learned from; with 95 % intervals; the other signals weighed anew without it"));
        }
    }

    /** The set with the queries that weights are learned from. */
    private DataSet lessons() {
        return options.newAlone ? set.queryingNewItems() : options.newLessons ? set.withNewItems() : set;
    }

    /** Trains a model from all events, with the weights of the first one. */
    private void retrain(NodeEvaluation evaluation) throws IOException {
        try (Step step = screen.step("Retraining with the newer events")) {
            step.done(described(evaluation.train(Rest.JSON.createObjectNode().put("weights_of", model.path("number").asInt()), step)));
        }
    }

    private static String described(JsonNode model) {
        int items = model.path("items").asInt();
        String summary = String.format(Locale.ROOT, "model %d of %s: %,d items of %,d events", model.path("number").asInt(),
            String.join(", ", parts(model)), items, model.path("events").asInt());
        return summary + weights("", model.path("fusion")) + weights(" without a text", model.path("for_you").path("fusion"));
    }

    private static String weights(String of, JsonNode fusion) {
        return fusion.isMissingNode() ? "" : String.format(
            Locale.ROOT,
            "; weights from %,d searches%s: NDCG@10 %.4f (%.4f – %.4f), before %.4f, on %,d others: %s",
            fusion.path("lessons").asInt(),
            of,
            fusion.path("ndcg@10_after").asDouble(),
            fusion.path("ndcg@10_after_95").path(0).asDouble(),
            fusion.path("ndcg@10_after_95").path(1).asDouble(),
            fusion.path("ndcg@10_before").asDouble(),
            fusion.path("checks").asInt(),
            fusion.path("accepted").asBoolean() ? "accepted" : "rejected"
        );
    }

    /** Settings for the file: those that ./demo writes, with its defaults, and more. */
    private ObjectNode settings(long events) {
        ObjectNode settings = Rest.JSON.createObjectNode().put("match", form.type()).put("weight", "default").put("window", WINDOW)
            .put("half_life", HALF_LIFE);
        settings.set("forms", form.json());
        settings.put("meaning", options.meaning).put("again", options.again).put("new_lessons", options.newLessons)
            .put("new_alone", options.newAlone).put("newcomers", options.newcomers).putNull("popularity").putNull("last_events");
        settings.set("model", model);
        return settings.put("events", events).put("heap", options.heap);
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing the plugin")) {
            OpenSearchHome home = OpenSearchHome.install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("plugin installed into a copy of OpenSearch");
            return home;
        }
    }

    /** Starts a node that waits long for profiles, so that results do not depend on the load of the machine. */
    private Node start(OpenSearchHome home) throws IOException {
        try (Step step = screen.step("Starting a node")) {
            Node node = Node.start(home, NodeSettings.single(work.resolve("node"), Ports.free(1).getFirst(), options.heap, List.of()),
                waited -> step.now(waited.toSeconds() + " s"));
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

    private long replay(Shop shop, String part, long replayed) throws IOException {
        try (Step step = screen.step("Replaying " + part)) {
            long events = shop.replay(part, step);
            TrackerProgress progress = shop.awaitTracker(replayed + events, step);
            step.done(String.format(Locale.ROOT, "%,d events of %s replayed, %,d in profiles so far", events, part, progress.applied()));
            return events;
        }
    }
}
