package org.opensearch.affinity.rank;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.index.analysis.NamedAnalyzer;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;

import java.util.Collection;

/** The signals that compare an item with the text of the query. */
final class QuerySignals {
    private QuerySignals() {}

    /**
     * {@link WordMatch} of the query's text and a text or keyword field.
     *
     * @return null if the query has no text, or the index has no such field
     */
    static SignalSource match(Signal signal, QueryInput query, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        NamedAnalyzer analyzer = type == null ? null : type.getTextSearchInfo().getSearchAnalyzer();
        if (query.text() == null || analyzer == null) {
            return null;
        }
        Collection<BytesRef> terms = WordMatch.terms(analyzer, signal.field(), query.text());
        return items -> WordMatch.open(items.leaf(), signal.field(), terms)::of;
    }

    /**
     * Cosine of the query's vector and the item's vector, 0 if it is negative or the item has no vector of this dimension.
     *
     * @return null if the query has no vector
     */
    static SignalSource meaning(QueryInput query) {
        float[] queryVector = query.vector();
        if (queryVector.length == 0) {
            return null;
        }
        return items -> doc -> {
            float[] vector = items.vector(doc, queryVector.length);
            return vector == null ? 0 : Math.max(0, VectorUtil.dotProduct(queryVector, vector));
        };
    }
}
