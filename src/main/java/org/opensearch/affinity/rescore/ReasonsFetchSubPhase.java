package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.affinity.rank.interest.InterestVector;
import org.opensearch.affinity.rank.interest.InterestVectors.Contribution;
import org.opensearch.common.document.DocumentField;
import org.opensearch.search.fetch.FetchContext;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.fetch.FetchSubPhaseProcessor;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Adds the field {@value #FIELD} to the hits of a search with {@code why}: the merit, and the interests that contribute to the affinity,
 * each with its example items and, if it is known, its description; and the parts of the trained model that count, each with the items of
 * the user's history that they count for. Unlike {@code explain} it is made to be shown to users.
 */
public final class ReasonsFetchSubPhase implements FetchSubPhase {
    public static final String FIELD = "_affinity";
    /** Smaller shares of an item in a concept are not shown. */
    private static final float LEAST_SHARE = 0.1f;

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
                    Object reasons = reasons(rescore, leaf, hit.docId());
                    hit.hit().setDocumentField(FIELD, new DocumentField(FIELD, List.of(reasons)));
                }
            }
        };
    }

    private static Map<String, Object> reasons(AffinityRescorer.Context rescore, LeafReaderContext leaf, int doc) throws IOException {
        SignalScorer scorer = rescore.scorer(leaf, doc);
        double merit = scorer.merit(doc);
        List<Map<String, Object>> interests = scorer.contributions(doc).stream().map(ReasonsFetchSubPhase::reason).toList();
        List<Map<String, Object>> parts = scorer.partReasons(doc).stream().map(ReasonsFetchSubPhase::reason).toList();
        Map<String, Object> reasons = new LinkedHashMap<>(Map.of("merit", merit, "interests", interests));
        if (parts.isEmpty() == false) {
            reasons.put("parts", parts);
        }
        float[] shares = scorer.conceptShares(doc);
        if (shares != null) {
            reasons.put("concepts", concepts(shares));
        }
        return reasons;
    }

    private static List<Map<String, Object>> concepts(float[] shares) {
        return IntStream.range(0, shares.length)
            .filter(concept -> shares[concept] >= LEAST_SHARE)
            .boxed()
            .sorted(Comparator.comparingDouble(concept -> -shares[concept]))
            .map(concept -> Map.<String, Object>of("number", concept + 1, "share", shares[concept]))
            .toList();
    }

    private static Map<String, Object> reason(SignalScorer.PartReason part) {
        List<Map<String, Object>> items = part.items()
            .stream()
            .map(share -> Map.<String, Object>of("id", share.item(), "share", share.value()))
            .toList();
        return Map.of("signal", part.signal(), "value", part.value(), "items", items);
    }

    private static Map<String, Object> reason(Contribution contribution) {
        InterestVector interest = contribution.interest();
        Map<String, Object> reason = new LinkedHashMap<>();
        reason.put("number", interest.number());
        if (interest.label().isEmpty() == false) {
            reason.put("label", interest.label());
        }
        reason.put("liked", interest.isLiked());
        reason.put("match", contribution.match());
        reason.put("examples", interest.examples());
        return reason;
    }
}
