package org.opensearch.affinity.model;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.util.NumericUtils;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** Reads what there is to say of the concepts of a model. */
final class ConceptReader {
    private static final int MOST_EXAMPLES = 20;

    /** An item of a concept. */
    private record Typical(int document, float share, float events) {
        float weight() {
            return share * events;
        }
    }

    private ConceptReader() {}

    /** Reads all rows. */
    static List<ModelGroup> read(ItemConcepts concepts, IndexReader reader) throws IOException {
        double[] sizes = new double[concepts.count()];
        List<PriorityQueue<Typical>> typical = IntStream.range(0, concepts.count())
            .mapToObj(concept -> new PriorityQueue<>(Comparator.comparingDouble(Typical::weight)))
            .toList();
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues totals = leaf.reader().getSortedNumericDocValues(ModelIndex.TOTAL);
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                float[] shares = concepts.shares(leaf.docBase + doc);
                float events = shares != null && totals != null && totals.advanceExact(doc)
                    ? NumericUtils.sortableIntToFloat((int) totals.nextValue())
                    : 0;
                if (events > 0) {
                    add(new Typical(leaf.docBase + doc, 1, events), shares, sizes, typical);
                }
            }
        }
        double all = Arrays.stream(sizes).sum();
        List<ModelGroup> read = new ArrayList<>();
        for (int concept = 0; concept < sizes.length; concept++) {
            List<Typical> best = typical.get(concept).stream().sorted(Comparator.comparingDouble(one -> -one.weight())).toList();
            float size = all > 0 ? (float) (sizes[concept] / all) : 0;
            read.add(new ModelGroup(concept + 1, size, examples(best, reader), 0, 0, 0, 0));
        }
        return read;
    }

    private static void add(Typical item, float[] shares, double[] sizes, List<PriorityQueue<Typical>> typical) {
        int most = 0;
        for (int concept = 0; concept < shares.length; concept++) {
            sizes[concept] += shares[concept] * item.events;
            most = shares[concept] > shares[most] ? concept : most;
        }
        PriorityQueue<Typical> ofMost = typical.get(most);
        ofMost.add(new Typical(item.document, shares[most], item.events));
        if (ofMost.size() > MOST_EXAMPLES) {
            ofMost.poll();
        }
    }

    private static List<ModelGroup.Example> examples(List<Typical> best, IndexReader reader) throws IOException {
        List<String> ids = ModelItems.ids(best.stream().mapToInt(Typical::document).toArray(), reader).stream().map(id -> id.utf8ToString()).toList();
        return IntStream.range(0, best.size())
            .mapToObj(i -> new ModelGroup.Example(ids.get(i), best.get(i).share, best.get(i).weight()))
            .toList();
    }

    /**
     * Returns the same concepts with the shares of a user.
     *
     * @param history documents of items of the user; -1 for an item that the model does not have
     */
    static List<ModelGroup> ofUser(List<ModelGroup> described, ItemConcepts concepts, int[] history) {
        float[] shares = ofUser(concepts, history);
        return described.stream().map(one -> one.withUser(shares[one.number() - 1])).toList();
    }

    private static float[] ofUser(ItemConcepts concepts, int[] history) {
        float[] sums = new float[concepts.count()];
        int known = 0;
        for (int document : history) {
            float[] shares = concepts.shares(document);
            for (int concept = 0; shares != null && concept < sums.length; concept++) {
                sums[concept] += shares[concept];
            }
            known += shares == null ? 0 : 1;
        }
        for (int concept = 0; concept < sums.length; concept++) {
            sums[concept] /= Math.max(1, known);
        }
        return sums;
    }
}
