package org.opensearch.affinity.integ.bench.quality;

import org.opensearch.affinity.integ.bench.common.QualityReport;
import org.opensearch.affinity.integ.bench.common.QueryForm;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.NewItems;
import org.opensearch.affinity.integ.data.Newcomers;
import org.opensearch.affinity.integ.data.Split;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Quality of rankings on a data set with judged queries. */
@Command(
    name = "quality",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "How good rankings are on a data set: without the user, with popularity, and with the profile. A node gets the events before the "
            + "queries and evaluates these. Also as target/bench/quality-<set>.json.",
        "" })
public final class QualityBench implements Program {
    @Parameters(paramLabel = "DIR", description = "A data set, as ./demo takes it.")
    Path data;

    @Option(
        names = "--split",
        defaultValue = "test",
        paramLabel = "test|valid",
        description = "Judged queries: for test the node knows the events of train and valid, for valid those of train (${DEFAULT-VALUE}).")
    String split;

    @Option(names = "--queries", paramLabel = "N", description = "The first N queries only.")
    Integer queries;

    @Option(
        names = "--untrained",
        description = "Without a trained model. Else one is trained from the log and, for test, its weights from the validation queries.")
    boolean untrained;

    @Option(
        names = "--signals",
        split = ",",
        paramLabel = "NAME",
        description = "Signals that the model ranks by, such as affinity,popularity (all).")
    List<String> signals = List.of();

    @Option(
        names = "--parts",
        split = ",",
        paramLabel = "NAME",
        description = "Parts of the model: auto, or some of neighbours,graph,factors,attention,vae (${DEFAULT-VALUE}).",
        defaultValue = "auto")
    List<String> parts = List.of();

    @Option(
        names = "--explore",
        split = ",",
        paramLabel = "W",
        description = "Measure again with these weights of exploration: what they cost and which items they show (none).")
    List<Double> explore = List.of();

    @Option(
        names = "--match",
        paramLabel = "TYPE",
        description = "How words are searched in the fields: best_fields, most_fields, cross_fields or combined_fields (the one whose "
            + "BM25 has the best NDCG@10 on validation queries).")
    String match;

    @Option(names = "--meaning", paramLabel = "BOOST", description = "Add affinity_text with this boost to the query.")
    Double meaning;

    @Option(names = "--again", paramLabel = "BOOST", description = "Add affinity_seen with this boost: items that the user had before.")
    Double again;

    @Option(
        names = "--new",
        paramLabel = "PART",
        description = "Treat this part of the items as new: their events are left out, and only queries for them are evaluated, also "
            + "without each part of the model, and without all of them (none).")
    Double part;

    @Option(
        names = "--new-lessons",
        description = "With --new: learn weights from all validation queries, also from those for new items, as in a log that grows.")
    boolean newLessons;

    @Option(
        names = "--new-alone",
        description = "With --new: a page of new items. Searches find new items alone, and weights are learned from validation queries for them.")
    boolean newAlone;

    @Option(
        names = "--newcomers",
        paramLabel = "N",
        description = "Know only N events of a half of the users: only their queries are learned from and evaluated, also without each part of "
            + "the model (all events of all users).")
    Integer newcomers;

    @Option(
        names = "--users",
        split = ",",
        paramLabel = "GROUP",
        description = "Show these groups of users, by number of known events: 0, 1-2, 3-9, 10+ (all).")
    List<String> users = QualityReport.GROUPS;

    @Option(
        names = "--for-you",
        description = "Also what the query affinity shows to 1,500 users without a text, or to --queries N of them.")
    boolean forYou;

    @Option(names = "--heap", defaultValue = "1g", paramLabel = "SIZE", description = "Heap of the node (${DEFAULT-VALUE}).")
    String heap;

    @Spec
    private CommandSpec spec;

    private final Screen screen = Screen.standard();

    @Override
    public void check() {
        ArgumentCheck arguments = new ArgumentCheck(spec);
        arguments.folder(data);
        arguments.require(Split.isWord(split), "--split must be test or valid, got " + split);
        arguments.atLeast("--queries", queries, 1);
        arguments.require(match == null || QueryForm.ALL.contains(match), "--match must be of " + QueryForm.ALL + ", got " + match);
        arguments.require(explore.stream().allMatch(w -> w > 0 && w <= 20), "--explore must be above 0 and at most 20, got " + explore);
        arguments.require(part == null || part > 0 && part < 1, "--new must be above 0 and below 1, got " + part);
        arguments.atLeast("--newcomers", newcomers, 0);
        arguments.require(newLessons == false || part != null, "--new-lessons needs --new");
        arguments.require(newAlone == false || part != null, "--new-alone needs --new");
        arguments.require(newAlone == false || newLessons == false, "--new-alone has lessons of its own, without --new-lessons");
        arguments.require(QualityReport.GROUPS.containsAll(users), "--users must be of " + QualityReport.GROUPS + ", got " + users);
    }

    @Override
    public void checkMachine() throws IOException {
        FreeSpace.require(2_560, 4_096, BuiltPlugin.target());
    }

    @Override
    public Integer call() throws IOException {
        ResultFiles results = ResultFiles.here();
        screen.print(screen.dim("   " + results.machine()));
        DataSet whole = DataSet.open(data);
        DataSet items = part == null ? whole : whole.withoutEventsOf(new NewItems(part));
        DataSet set = newcomers == null ? items : items.with(new Newcomers(newcomers));
        Split asked = Split.ofWord(split);
        if (set.hasQueries(asked) == false) {
            throw new IOException(set.name() + " has no " + asked.word() + " queries: " + asked.queryFile() + ".jsonl.gz is missing in "
                + data);
        }
        new QualityRun(screen, results, set, this).run();
        return 0;
    }
}
