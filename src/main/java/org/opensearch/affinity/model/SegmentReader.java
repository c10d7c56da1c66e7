package org.opensearch.affinity.model;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.util.NumericUtils;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.learn.cluster.SegmentTree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** Reads what there is to say of the segments of a model. */
final class SegmentReader {
    private static final int MOST_EXAMPLES = 20;

    /**
     * An item of a segment.
     *
     * @param weight its part of the relative entropy of the segment's popularity and that one level above: how much more popular it is, and how
     *               popular
     */
    private record Typical(int document, float share, double weight) {}

    private SegmentReader() {}

    /** Reads all rows. Segments are numbered from 1 in the order of the tree. */
    static List<ModelGroup> read(SegmentLayers layers, PartRows rows, IndexReader reader) throws IOException {
        List<SegmentTree.Group> groups = layers.tree().groups();
        List<PriorityQueue<Typical>> typical = groups.stream()
            .map(group -> new PriorityQueue<>(Comparator.comparingDouble(Typical::weight)))
            .toList();
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues totals = leaf.reader().getSortedNumericDocValues(ModelIndex.TOTAL);
            for (int doc = 0; totals != null && doc < leaf.reader().maxDoc(); doc++) {
                // Rows of items that nobody took are estimates.
                boolean isTaken = totals.advanceExact(doc) && NumericUtils.sortableIntToFloat((int) totals.nextValue()) > 0;
                byte[] row = isTaken ? rows.of(leaf.docBase + doc) : null;
                if (row != null) {
                    add(leaf.docBase + doc, QuantisedRow.vector(row), layers, typical);
                }
            }
        }
        List<ModelGroup> read = new ArrayList<>();
        for (int number = 0; number < groups.size(); number++) {
            List<Typical> best = typical.get(number).stream().sorted(Comparator.comparingDouble(one -> -one.weight())).toList();
            SegmentTree.Group group = groups.get(number);
            int users = layers.users()[1 + number];
            float size = (float) users / Math.max(1, layers.users()[0]);
            read.add(new ModelGroup(number + 1, size, examples(best, reader), 0, group.level(), group.parent() + 1, users));
        }
        return read;
    }

    private static void add(int document, float[] row, SegmentLayers layers, List<PriorityQueue<Typical>> typical) {
        for (int number = 0; number < typical.size(); number++) {
            if (layers.isMorePopular(row, number) == false) {
                continue; // most items in most segments
            }
            double own = layers.popularity(row, number);
            double above = layers.popularity(row, layers.tree().groups().get(number).parent());
            double weight = above > 0 ? own * Math.log(own / above) : 0;
            PriorityQueue<Typical> best = typical.get(number);
            if (weight > 0 && (best.size() < MOST_EXAMPLES || weight > best.peek().weight)) {
                best.add(new Typical(document, (float) own, weight));
                if (best.size() > MOST_EXAMPLES) {
                    best.poll();
                }
            }
        }
    }

    private static List<ModelGroup.Example> examples(List<Typical> best, IndexReader reader) throws IOException {
        List<String> ids = ModelItems.ids(best.stream().mapToInt(Typical::document).toArray(), reader).stream().map(id -> id.utf8ToString()).toList();
        return IntStream.range(0, best.size())
            .mapToObj(i -> new ModelGroup.Example(ids.get(i), best.get(i).share, (float) best.get(i).weight))
            .toList();
    }

    /**
     * Returns the same segments with the probabilities of a user.
     *
     * @param history documents of items of the user; -1 for an item that the model does not have
     */
    static List<ModelGroup> ofUser(List<ModelGroup> described, SegmentLayers layers, PartRows rows, int[] history) {
        float[] probabilities = layers.probabilities(
            Arrays.stream(history).mapToObj(rows::of).filter(Objects::nonNull).map(QuantisedRow::input).toArray(float[][]::new)
        );
        return described.stream().map(one -> one.withUser(probabilities[one.number() - 1])).toList();
    }
}
