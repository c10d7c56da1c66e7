package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.rank.InterestVectors.Part;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.common.document.DocumentField;
import org.opensearch.search.fetch.FetchContext;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.fetch.FetchSubPhaseProcessor;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds the field {@value #FIELD} to the hits of a search that asks {@code why}: the factor of the score and the interests
 * that decided it, in words as far as these are known, and with their example items. Unlike {@code explain}, made to be shown to
 * people.
 */
public final class ReasonsFetchSubPhase implements FetchSubPhase {
    public static final String FIELD = "_affinity";

    @Override
    public FetchSubPhaseProcessor getProcessor(FetchContext context) {
        return context.rescore()
            .stream()
            .filter(AffinityRescorer.Context.class::isInstance)
            .map(AffinityRescorer.Context.class::cast)
            .filter(rescore -> rescore.asksWhy() && rescore.scoring().isEmpty() == false)
            .findFirst()
            .map(ReasonsFetchSubPhase::processor)
            .orElse(null);
    }

    private static FetchSubPhaseProcessor processor(AffinityRescorer.Context rescore) {
        return new FetchSubPhaseProcessor() {
            private LeafReaderContext leaf;

            @Override
            public void setNextReader(LeafReaderContext next) {
                leaf = next;
            }

            @Override
            public void process(HitContext hit) throws IOException {
                if (rescore.isRescored(hit.docId() + leaf.docBase)) {
                    // Hits need not come in the order of documents, and readers go forward only: one for each hit.
                    Object why = why(rescore.merit(leaf), hit.docId());
                    hit.hit().setDocumentField(FIELD, new DocumentField(FIELD, List.of(why)));
                }
            }
        };
    }

    private static Map<String, Object> why(SignalScorer merit, int doc) throws IOException {
        return Map.of("merit", merit.of(doc), "interests", merit.parts(doc).stream().map(ReasonsFetchSubPhase::part).toList());
    }

    private static Map<String, Object> part(Part part) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("number", part.aspect().number());
        if (part.aspect().label().isEmpty() == false) {
            said.put("label", part.aspect().label());
        }
        said.put("liked", part.aspect().strength() > 0);
        said.put("match", part.match());
        said.put("examples", part.aspect().examples());
        return said;
    }
}
