package org.opensearch.affinity.retrieve;

import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.ItemTableInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.index.fielddata.IndexNumericFieldData;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.MultiValueMode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sources of one search's candidates on one shard. Each thing that ranks items for the user and has a weight above 0 in the search
 * finds candidates: affinity by vectors, a learned part by the items that go with the history, popularity by the item table, {@code seen}
 * by the history itself, and a number or date of the items by its order. Signals that need a text find none. Immutable.
 */
final class CandidateSources {
    /** The most items of a learned part that are looked at. */
    private static final int MOST_SIMILAR = 10_000;
    private static final int IDS_PER_CHECK = 256;

    private record Weighted(double weight, Candidates.Source source) {}

    private final List<Weighted> sources;
    private final Candidates.Source popular;

    private CandidateSources(List<Weighted> sources, Candidates.Source popular) {
        this.sources = List.copyOf(sources);
        this.popular = popular;
    }

    /**
     * @param scoring of a search, with its signals and their weights
     * @param signals of the same search
     */
    static CandidateSources of(Scoring scoring, ItemSignals signals, QueryShardContext context, RankNode node) {
        List<Weighted> sources = new ArrayList<>();
        if (scoring.interests().isEmpty() == false && scoring.affinityWeight() > 0) {
            sources.add(new Weighted(scoring.affinityWeight(), byContent(scoring)));
        }
        for (Signal signal : scoring.signals()) {
            Candidates.Source source = signal.weight() > 0 ? source(signal, scoring, signals, context, node) : null;
            if (source != null) {
                sources.add(new Weighted(signal.weight(), source));
            }
        }
        return new CandidateSources(sources, popular(scoring.itemTable(), false, node));
    }

    /** Null for a signal that finds nothing. */
    private static Candidates.Source source(
        Signal signal,
        Scoring scoring,
        ItemSignals signals,
        QueryShardContext context,
        RankNode node
    ) {
        return switch (signal.shape()) {
            case NEIGHBOURS, GRAPH, FACTORS, ATTENTION, VAE, CONCEPTS, SEGMENTS -> best(signal, scoring, signals);
            case POPULARITY -> popular(scoring.itemTable(), false, node);
            case ALL_TIME -> popular(scoring.itemTable(), true, node);
            case SEEN, SEEN_LAST -> ids(scoring.itemTable(), () -> scoring.history().stream().map(BytesRef::new));
            case SATURATION, DECAY -> highest(signal, context);
            case MATCH, MEANING, CHANCE, RATINGS -> null;
        };
    }

    private static Candidates.Source byContent(Scoring scoring) {
        return (candidates, places) -> new NearestDocuments(scoring.interests(), places, candidates.filter()).find(
            candidates.searcher(),
            candidates::add
        );
    }

    /** The items that a part of the model ranks first for the history. */
    private static Candidates.Source best(Signal signal, Scoring scoring, ItemSignals signals) {
        boolean told = scoring.history().isEmpty() == false || scoring.segment() > 0 && signal.shape() == Signal.Shape.SEGMENTS;
        return scoring.model() == null || told == false ? null : ids(scoring.itemTable(), () -> signals.best(signal, MOST_SIMILAR));
    }

    private static Candidates.Source popular(ItemTableInput input, boolean allTime, RankNode node) {
        return ids(input, () -> {
            ItemTable.Popularities table = ItemTableInput.open(input, node);
            return table == null ? Stream.empty() : table.mostPopular(allTime);
        });
    }

    /** Item ids, best first. */
    private interface Ids {
        Stream<BytesRef> get() throws IOException;
    }

    private static Candidates.Source ids(ItemTableInput input, Ids ids) {
        return (candidates, places) -> {
            ItemIdTerms documents = new ItemIdTerms(candidates.searcher(), input.idField());
            if (documents.isEmpty()) {
                unindexed(candidates, input.idField(), ids.get().limit(places).toList());
                return;
            }
            int full = candidates.size() + places;
            Iterator<BytesRef> bestFirst = ids.get().iterator();
            for (int i = 1; bestFirst.hasNext() && candidates.size() < full; i++) {
                if (i % IDS_PER_CHECK == 0) {
                    SearchInterruption.check(candidates.searcher());
                }
                documents.documents(bestFirst.next(), candidates::add);
            }
        };
    }

    /** Adds items of an id field that has doc values alone, which are all compared. */
    private static void unindexed(Candidates candidates, String idField, List<BytesRef> ids) throws IOException {
        IndexSearcher searcher = candidates.searcher();
        Query items = searcher.rewrite(SortedSetDocValuesField.newSlowSetQuery(idField, ids));
        Weight weight = searcher.createWeight(items, ScoreMode.COMPLETE_NO_SCORES, 1f);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            SearchInterruption.check(leaf);
            Scorer scorer = weight.scorer(leaf);
            DocIdSetIterator found = scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
            while (found.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                candidates.add(leaf.docBase + found.docID());
            }
        }
    }

    /** The items with the largest numbers, or the newest dates. Null if the index has no such field. */
    private static Candidates.Source highest(Signal signal, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        if (type == null || context.getForField(type) instanceof IndexNumericFieldData == false) {
            return null;
        }
        IndexNumericFieldData data = context.getForField(type);
        SortField descending = data.sortField("_last", MultiValueMode.MAX, null, true);
        Query exists = type.existsQuery(context);
        return (candidates, places) -> {
            BooleanQuery.Builder query = new BooleanQuery.Builder().add(exists, Occur.FILTER);
            if (candidates.filter() != null) {
                query.add(candidates.filter(), Occur.FILTER);
            }
            for (ScoreDoc found : candidates.searcher().search(query.build(), places, new Sort(descending)).scoreDocs) {
                candidates.add(found.doc);
            }
        };
    }

    /**
     * Fills the candidates of a search. The places are divided among the sources in proportion to their weights. If they find too few,
     * popular items are added.
     *
     * @param places how many candidates there may be
     * @param enough below so many candidates, popular items are added up to this number
     */
    void fill(Candidates candidates, int places, int enough) throws IOException {
        double total = sources.stream().mapToDouble(Weighted::weight).sum();
        for (Weighted one : sources) {
            int share = (int) Math.ceil(places * one.weight / total);
            int left = Math.min(share, places - candidates.size());
            if (left > 0) {
                one.source.addTo(candidates, left);
            }
        }
        if (candidates.size() < enough) {
            popular.addTo(candidates, enough - candidates.size());
        }
    }
}
