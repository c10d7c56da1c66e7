package org.opensearch.affinity.rescore;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.MMapDirectory;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.affinity.rank.interest.CentroidDistances;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.common.io.stream.BytesStreamOutput;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the stages of rescoring the windows of one shard, in this JVM, with the code and the index files of a node. A stage inside the
 * loop over the documents is too short to be timed by itself. So the loop runs with the first stage, then with the first two, and so on;
 * the time of a stage is the difference between the medians of its run and the run before. The last run is the rescorer itself, so the
 * stages of the loop add up to the time that a node counts.
 */
public final class RescoreStages implements AutoCloseable {
    /** The runs that are timed. From READ on, each contains those before it. */
    private enum Run {
        PREPARE, SHIP, READ, COMPARE, SIGNALS, WHOLE
    }

    private static final String TABLE = "folded";

    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Collection<ItemRow> rows;
    private final RankNode node;
    /** Results are added here, so that the JVM does not leave out their computation. */
    private volatile double ignored;

    /**
     * Milliseconds of a search, medians.
     *
     * @param prepare      on the coordinator: makes the scoring from the profile
     * @param ship         writes the scoring for a shard on another node, and reads it there
     * @param shippedBytes size of the scoring
     * @param read         reads the vectors of the window
     * @param compare      compares the vectors with the interests
     * @param signals      reads popularity and repeat items
     * @param fuse         makes the scores, and sorts by document before and by score after
     * @param first        all from {@code read} on, with empty caches, as for documents that no search has read since the node started
     */
    public record Times(double prepare, double ship, int shippedBytes, double read, double compare, double signals, double fuse,
        double first) {}

    /** A search before it is rescored. */
    private record Search(GetProfileAction.Response found, Scoring scoring, TopDocs window, int[] docs) {}

    /**
     * @param index Lucene files of one shard, committed
     * @param rows  of the item table
     */
    public RescoreStages(Path index, Collection<ItemRow> rows) throws IOException {
        reader = DirectoryReader.open(new MMapDirectory(index));
        searcher = new IndexSearcher(reader);
        this.rows = rows;
        node = node();
    }

    /** A node with the item table and empty caches. */
    private RankNode node() {
        RankNode fresh = new RankNode();
        ItemTable table = fresh.tables().open(TABLE, Runnable::run);
        long seqNo = 0;
        for (ItemRow row : rows) {
            table.update(row, seqNo++);
        }
        return fresh;
    }

    /** Name of the item table, which the responses given to {@link #measure} must contain. */
    public static String table() {
        return TABLE;
    }

    /**
     * Runs all searches in turn until the time is over.
     *
     * @param queries of the searches
     * @param found   profiles of the searches, assigned in turn
     * @param window  documents that are rescored
     * @param seconds in total; the first half warms up
     */
    public Times measure(List<Query> queries, List<GetProfileAction.Response> found, int window, double seconds) throws IOException {
        List<Search> searches = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            searches.add(search(queries.get(i), found.get(i % found.size()), window));
        }
        rounds(searches, seconds / 2);
        Map<Run, List<Long>> nanos = rounds(searches, seconds / 2);
        double read = median(nanos.get(Run.READ));
        double compared = median(nanos.get(Run.COMPARE));
        double signalled = median(nanos.get(Run.SIGNALS));
        return new Times(
            median(nanos.get(Run.PREPARE)),
            median(nanos.get(Run.SHIP)),
            shipped(searches.getFirst().scoring).size(),
            read,
            compared - read,
            signalled - compared,
            median(nanos.get(Run.WHOLE)) - signalled,
            median(first(searches))
        );
    }

    private List<Long> first(List<Search> searches) throws IOException {
        List<Long> nanos = new ArrayList<>();
        for (Search search : searches) {
            TopDocs window = copy(search.window);
            AffinityRescorer.Context context = context(search.scoring, window.scoreDocs.length, node());
            long began = System.nanoTime();
            ignored += context.rescorer().rescore(window, searcher, context).scoreDocs[0].score;
            nanos.add(System.nanoTime() - began);
        }
        return nanos;
    }

    private Search search(Query query, GetProfileAction.Response found, int window) throws IOException {
        TopDocs top = searcher.search(query, window);
        int[] docs = Arrays.stream(top.scoreDocs).mapToInt(hit -> hit.doc).sorted().toArray();
        return new Search(found, scoring(found), top, docs);
    }

    private static Scoring scoring(GetProfileAction.Response found) {
        Ranking ranking = found.tracker().ranking().orElse(Ranking.DEFAULT);
        RequestContext context = RequestContext.of(found.tracker(), Map.of(), System.currentTimeMillis());
        return Scoring.of(found, ranking, context, QueryInput.NOTHING, "ann");
    }

    /** Nanoseconds of all runs of all searches, repeated until the time is over. The run that begins changes. */
    private Map<Run, List<Long>> rounds(List<Search> searches, double seconds) throws IOException {
        Map<Run, List<Long>> nanos = new EnumMap<>(Run.class);
        long end = System.nanoTime() + (long) (1e9 * seconds);
        int first = 0;
        do {
            for (Search search : searches) {
                for (int i = 0; i < Run.values().length; i++) {
                    Run run = Run.values()[(first + i) % Run.values().length];
                    // A run must not rescore the scores of a run before it.
                    TopDocs window = copy(search.window);
                    long began = System.nanoTime();
                    run(run, search, window);
                    nanos.computeIfAbsent(run, key -> new ArrayList<>()).add(System.nanoTime() - began);
                }
                first++;
            }
        } while (System.nanoTime() < end);
        return nanos;
    }

    private static TopDocs copy(TopDocs window) {
        ScoreDoc[] hits = Arrays.stream(window.scoreDocs).map(hit -> new ScoreDoc(hit.doc, hit.score)).toArray(ScoreDoc[]::new);
        return new TopDocs(window.totalHits, hits);
    }

    private void run(Run run, Search search, TopDocs window) throws IOException {
        switch (run) {
            case PREPARE -> ignored += scoring(search.found).confidence();
            case SHIP -> ignored += new Scoring(shipped(search.scoring).bytes().streamInput()).confidence();
            case READ, COMPARE, SIGNALS -> ignored += loop(run, search.scoring, search.docs);
            case WHOLE -> ignored += rescored(search.scoring, window);
        }
    }

    private float rescored(Scoring scoring, TopDocs window) throws IOException {
        AffinityRescorer.Context context = context(scoring, window.scoreDocs.length, node);
        return context.rescorer().rescore(window, searcher, context).scoreDocs[0].score;
    }

    private static BytesStreamOutput shipped(Scoring scoring) throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        scoring.writeTo(out);
        return out;
    }

    private static AffinityRescorer.Context context(Scoring scoring, int window, RankNode node) {
        RepeatItems repeatItems = RepeatItems.of(scoring);
        ItemSignals signals = ItemSignals.of(scoring, null, repeatItems, node);
        return new AffinityRescorer.Context(window, scoring, signals, repeatItems, false, node);
    }

    /**
     * The loop over a window up to one stage.
     *
     * @param docs ascending
     */
    private double loop(Run until, Scoring scoring, int[] docs) throws IOException {
        AffinityRescorer.Context context = until == Run.SIGNALS ? context(scoring, docs.length, node) : null;
        InterestVectors interests = scoring.interests();
        double sum = 0;
        int next = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == docs.length || docs[next] >= end) {
                continue;
            }
            ItemVectorReader vectors = ItemVectorReader.open(leaf, interests.field(), interests.dimension());
            CentroidDistances.Segment distances = node.distances().of(leaf, interests.space(), interests.field());
            SignalScorer scorer = context == null ? null : context.scorer(leaf);
            for (; next < docs.length && docs[next] < end; next++) {
                int doc = docs[next] - leaf.docBase;
                if (until == Run.SIGNALS) {
                    sum += scorer.merit(doc);
                } else {
                    float[] vector = vectors.vector(doc);
                    sum += until == Run.READ ? vector[0] : interests.affinity(vector, distances.of(doc, vector));
                }
            }
        }
        return sum;
    }

    /** The median in milliseconds. */
    private static double median(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[sorted.length / 2] / 1e6;
    }

    @Override
    public void close() throws IOException {
        reader.close();
        reader.directory().close();
    }
}
