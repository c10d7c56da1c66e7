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
import org.opensearch.affinity.rank.CentroidDistances;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.RequestContext;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalScorer;
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
 * What each stage of rescoring one shard's windows takes, in this JVM: the code that a node runs, over the files of an index
 * that a node has. A stage inside the loop over the documents is too short to be timed where it runs; so the loop runs once
 * with the first stage, once with the first two, and so on, and a stage is what its run takes longer than the run before, at
 * the median over searches. The last run is
 * the rescorer itself, so the stages of the loop add up to what a node counts.
 */
public final class RescoreStages implements AutoCloseable {
    /** What runs, each with all that those before it in the loop do. */
    private enum Run {
        PREPARE, SHIP, READ, COMPARE, SIGNALS, WHOLE
    }

    private static final String TABLE = "folded";

    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Collection<ItemRow> rows;
    private final RankNode node;
    /** Keeps the JVM from leaving out what nobody looks at. */
    private volatile double ignored;

    /**
     * Milliseconds a search.
     *
     * @param prepare      makes of a profile what shards need, on the coordinator
     * @param ship         writes that for one shard elsewhere, and reads it there; nothing of it happens on one node
     * @param shippedBytes that go to such a shard
     * @param read         finds and copies the vectors of the window
     * @param compare      them with the interests
     * @param signals      popularity, and which items the user has
     * @param fuse         makes scores, and sorts by document before and by score after
     * @param first        all from {@code read} on, of documents that nobody looked at since the node started
     */
    public record Took(double prepare, double ship, int shippedBytes, double read, double compare, double signals, double fuse,
        double first) {}

    /** A search of somebody, before it is rescored. */
    private record Search(GetProfileAction.Response found, Scoring scoring, TopDocs window, int[] docs) {}

    /**
     * @param index the files of one shard, with everything written down
     * @param rows  what is known of items altogether
     */
    public RescoreStages(Path index, Collection<ItemRow> rows) throws IOException {
        reader = DirectoryReader.open(new MMapDirectory(index));
        searcher = new IndexSearcher(reader);
        this.rows = rows;
        node = node();
    }

    /** One that knows what items are worth, and nothing of documents. */
    private RankNode node() {
        RankNode fresh = new RankNode();
        ItemTable table = fresh.tables().open(TABLE, Runnable::run);
        long seqNo = 0;
        for (ItemRow row : rows) {
            table.update(row, seqNo++);
        }
        return fresh;
    }

    /** The name of the item table that profiles are to refer to. */
    public static String table() {
        return TABLE;
    }

    /**
     * @param queries of the searches
     * @param found   whose they are, in turn
     * @param seconds to be spent, half of them to warm up
     */
    public Took measure(List<Query> queries, List<GetProfileAction.Response> found, int window, double seconds) throws IOException {
        List<Search> searches = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            searches.add(search(queries.get(i), found.get(i % found.size()), window));
        }
        rounds(searches, seconds / 2);
        Map<Run, List<Long>> nanos = rounds(searches, seconds / 2);
        double read = median(nanos.get(Run.READ));
        double compared = median(nanos.get(Run.COMPARE));
        double signalled = median(nanos.get(Run.SIGNALS));
        return new Took(
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
        RequestContext moment = RequestContext.of(found.tracker(), Map.of(), System.currentTimeMillis());
        return Scoring.of(found, ranking, moment, QueryInput.NOTHING, "somebody");
    }

    /** All runs of all searches, again and again; who begins changes. */
    private Map<Run, List<Long>> rounds(List<Search> searches, double seconds) throws IOException {
        Map<Run, List<Long>> nanos = new EnumMap<>(Run.class);
        long end = System.nanoTime() + (long) (1e9 * seconds);
        int first = 0;
        do {
            for (Search search : searches) {
                for (int i = 0; i < Run.values().length; i++) {
                    Run run = Run.values()[(first + i) % Run.values().length];
                    // Scores of an earlier run must not be scored again.
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
        RepeatItems own = RepeatItems.of(scoring, node.hashes());
        ItemSignals signals = ItemSignals.of(scoring, null, own, node);
        return new AffinityRescorer.Context(window, scoring, signals, own, false, node);
    }

    /** @param docs ascending */
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
            SignalScorer merit = context == null ? null : context.merit(leaf);
            for (; next < docs.length && docs[next] < end; next++) {
                int doc = docs[next] - leaf.docBase;
                if (until == Run.SIGNALS) {
                    sum += merit.of(doc);
                } else {
                    float[] vector = vectors.vector(doc);
                    sum += until == Run.READ ? vector[0] : interests.affinity(vector, distances.of(doc, vector));
                }
            }
        }
        return sum;
    }

    /** In milliseconds. */
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
