package org.opensearch.affinity.integ.demo;

import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the demo shows and measures. */
final class DemoOptions {
    @Parameters(
        arity = "0..1",
        paramLabel = "DIR",
        description = {
            "A data set: a folder with items.jsonl.gz and events-train.jsonl.gz, perhaps events-valid.jsonl.gz, queries-valid.jsonl.gz "
                + "and queries-test.jsonl.gz. With judged queries the demo also measures MRR, NDCG@10, HR@10 and more, without and with "
                + "the user, and writes target/bench/quality-<set>.json.",
            "Without DIR: a small sample shop with a simulated log." })
    Path folder;

    @Option(
        names = "--port",
        defaultValue = "9200",
        paramLabel = "N",
        description = "HTTP port of the node on 127.0.0.1 (${DEFAULT-VALUE}).")
    int port;

    @Option(names = "--keep", description = "Leave the node running at the end.")
    boolean keep;

    @Option(names = "--query", paramLabel = "TEXT", description = "Show this query.")
    String query;

    @Option(names = "--queries", paramLabel = "N", description = "Measure the first N judged queries only.")
    Integer queries;

    @Option(
        names = "--split",
        defaultValue = "test",
        paramLabel = "test|valid",
        description = "Judged queries: for test the node knows the events of train and valid, for valid those of train (${DEFAULT-VALUE}).")
    String split;

    @Option(names = "--weight", paramLabel = "W", description = "Weight of affinity (the plugin's default).")
    Double weight;

    @Option(
        names = "--window",
        defaultValue = "1000",
        paramLabel = "N",
        description = "Number of the best hits that are rescored (${DEFAULT-VALUE}).")
    int window;

    @Option(
        names = "--half-life",
        defaultValue = "30d",
        paramLabel = "TIME",
        description = "Time in which the weight of an event halves (${DEFAULT-VALUE}).")
    String halfLife;

    @Option(
        names = "--match",
        defaultValue = "most_fields",
        paramLabel = "TYPE",
        description = "Type of the multi_match query (${DEFAULT-VALUE}: the sum of the fields' BM25).")
    String match;

    @Option(
        names = "--meaning",
        paramLabel = "BOOST",
        description = "Add affinity_text with this boost to BM25, in the searches without and with the user.")
    Double meaning;

    @Option(
        names = "--popularity",
        paramLabel = "WEIGHT",
        description = "Index how often each item occurs in the log, as the signal popularity with this weight.")
    Double popularity;

    @Option(
        names = "--last-events",
        paramLabel = "N",
        description = "Replay only the newest N events of each user; popularity still counts all events.")
    Integer lastEvents;

    @Option(names = "--heap", defaultValue = "1g", paramLabel = "SIZE", description = "Heap of the node (${DEFAULT-VALUE}).")
    String heap;

    void check(ArgumentCheck arguments) {
        arguments.folder(folder);
        arguments.require(port >= 1 && port <= 65_535, "--port must be from 1 to 65535, got " + port);
        arguments.require(Split.isWord(split), "--split must be test or valid, got " + split);
        arguments.atLeast("--queries", queries, 1);
        arguments.atLeast("--window", window, 1);
        arguments.atLeast("--last-events", lastEvents, 1);
    }

    /** Whether the demo shows the sample shop. */
    boolean isSampleShop() {
        return folder == null;
    }

    /** The data set of {@link #folder}, with those of its events that the node is to know. */
    DataSet dataSet() throws IOException {
        DataSet set = DataSet.open(folder);
        return lastEvents == null ? set : set.withLastEvents(lastEvents);
    }

    /** The search that is shown and measured. */
    ShopQuery search(List<String> fields, String tracker) {
        return new ShopQuery(fields, match, tracker, window, weight, meaning, null, null);
    }
}
