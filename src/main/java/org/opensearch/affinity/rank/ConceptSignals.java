package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.model.ItemConcepts;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.common.logging.HeaderWarning;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The shares of a search's items in the concepts of the model, and the factors of merit that the search gives concepts. Immutable. */
final class ConceptSignals {
    private final Map<String, Float> factors;
    private final Supplier<OpenModel> copy;

    /**
     * @param factors by numbers of concepts; empty for none
     * @param copy    gets the model of the search, null if there is none
     */
    ConceptSignals(Map<String, Float> factors, Supplier<OpenModel> copy) {
        this.factors = factors;
        this.copy = copy;
    }

    /** Prepares the concepts of one segment's items, which are opened with the first document that needs them. */
    Segment open(SegmentItems items) {
        return new Segment(items);
    }

    /** Not thread-safe. */
    final class Segment {
        private final SegmentItems items;
        private boolean opened;
        /** Null without a model, or for one without concepts. */
        private ItemConcepts concepts;
        private float[] ofConcepts;

        private Segment(SegmentItems items) {
            this.items = items;
        }

        private ItemConcepts concepts() {
            if (opened == false) {
                opened = true;
                OpenModel model = copy.get();
                concepts = model == null ? null : model.concepts();
                ofConcepts = new float[concepts == null ? 0 : concepts.count()];
                for (int concept = 0; concept < ofConcepts.length; concept++) {
                    ofConcepts[concept] = factors.getOrDefault(Integer.toString(concept + 1), 1f);
                }
            }
            return concepts;
        }

        /** Whether the search gives factors. */
        boolean hasFactors() {
            return factors.isEmpty() == false;
        }

        /** The factor of a document's merit: {@code Σ share · factor}; 1 for an item that the model knows nothing of. */
        double factor(int doc) throws IOException {
            float[] shares = shares(doc);
            return shares == null ? 1 : VectorUtil.dotProduct(shares, ofConcepts);
        }

        /**
         * The shares of a document's item, by number of the concept less 1, estimated from content for an item without events; null for one that
         * the model knows nothing of, and without concepts. Of several items of a document the first counts.
         *
         * @param doc number in the segment, not lower than that of the call before
         */
        float[] shares(int doc) throws IOException {
            if (concepts() == null) {
                return null;
            }
            int document = items.document(items.item(doc));
            if (document >= 0) {
                return concepts.shares(document);
            }
            float[] content = concepts.contentDimension() == 0 ? null : items.vector(doc, concepts.contentDimension());
            return content == null ? null : concepts.estimatedShares(content);
        }
    }

    /** Warns of concepts that the model does not have. */
    static void warn(Map<String, Float> factors, ModelInput input, Supplier<OpenModel> copy) {
        if (input == null) {
            HeaderWarning.addWarning("[affinity] [concepts] change nothing: the tracker has no active model");
            return;
        }
        OpenModel model = copy.get();
        if (model == null) {
            return;
        }
        ItemConcepts concepts = model.concepts();
        if (concepts == null) {
            HeaderWarning.addWarning(
                "[affinity] [concepts] change nothing: the active model [" + ModelIndex.number(input.index())
                    + "] was trained without the part [concepts]; train one with the parameter [parts]"
            );
            return;
        }
        List<String> unknown = factors.keySet().stream().filter(number -> Integer.parseInt(number) > concepts.count()).sorted().toList();
        if (unknown.isEmpty() == false) {
            HeaderWarning.addWarning("[affinity] the active model has [" + concepts.count() + "] concepts, and none of " + unknown);
        }
    }
}
