package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.common.document.DocumentField;
import org.opensearch.search.fetch.FetchContext;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.fetch.FetchSubPhaseProcessor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds the field {@value #FIELD} to the hits of a {@link SignalLoggingSearch}: the values of affinity and signals in the order of
 * {@link SignalLoggingSearch#names}.
 */
public final class SignalLoggingFetchSubPhase implements FetchSubPhase {
    static final String FIELD = "_affinity_signals";

    @Override
    public FetchSubPhaseProcessor getProcessor(FetchContext context) {
        return context.rescore()
            .stream()
            .filter(AffinityRescorer.Context.class::isInstance)
            .map(AffinityRescorer.Context.class::cast)
            .filter(rescore -> rescore.scoring().logsSignals())
            .findFirst()
            .map(Processor::new)
            .orElse(null);
    }

    private static final class Processor implements FetchSubPhaseProcessor {
        private final AffinityRescorer.Context rescore;
        private LeafReaderContext leaf;

        Processor(AffinityRescorer.Context rescore) {
            this.rescore = rescore;
        }

        @Override
        public void setNextReader(LeafReaderContext next) {
            leaf = next;
        }

        @Override
        public void process(HitContext hit) throws IOException {
            SignalScorer scorer = rescore.scorer(leaf, hit.docId());
            List<Object> values = new ArrayList<>();
            for (float value : scorer.values(hit.docId())) {
                values.add(value);
            }
            hit.hit().setDocumentField(FIELD, new DocumentField(FIELD, values));
        }
    }
}
