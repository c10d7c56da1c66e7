package org.opensearch.affinity.rank;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.SmallFloat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * F1 of the terms of a query and of a document's field: the harmonic mean of precision, the part of the field's terms that the query has,
 * and recall, the part of the query's terms that the field has (van Rijsbergen, Information Retrieval, 1979). Unlike BM25 it has the same
 * range for every query: 1 for a field that is exactly the query. For the documents of one segment in ascending order. Not thread-safe.
 */
final class WordMatch {
    /** Further terms of a query are ignored. */
    private static final int MAX_TERMS = 32;

    /** Of the query's terms that the segment has. */
    private final List<PostingsEnum> postings = new ArrayList<>();
    /** Number of the query's terms. */
    private final int queryTerms;
    /** Encoded field lengths; null if the field has no norms. */
    private final NumericDocValues norms;

    private WordMatch(int queryTerms, NumericDocValues norms) {
        this.queryTerms = queryTerms;
        this.norms = norms;
    }

    /** The distinct terms of a text, the first {@value #MAX_TERMS} at most. */
    static Collection<BytesRef> terms(Analyzer analyzer, String field, String text) {
        Set<BytesRef> terms = new LinkedHashSet<>();
        try (TokenStream tokens = analyzer.tokenStream(field, text)) {
            TermToBytesRefAttribute term = tokens.addAttribute(TermToBytesRefAttribute.class);
            tokens.reset();
            while (terms.size() < MAX_TERMS && tokens.incrementToken()) {
                terms.add(BytesRef.deepCopyOf(term.getBytesRef()));
            }
            tokens.end();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
        return terms;
    }

    /**
     * Opens the postings of the query's terms in one segment.
     *
     * @param queryTerms distinct, as {@link #terms} returns them
     */
    static WordMatch open(LeafReaderContext leaf, String field, Collection<BytesRef> queryTerms) throws IOException {
        LeafReader reader = leaf.reader();
        WordMatch match = new WordMatch(queryTerms.size(), reader.getNormValues(field));
        Terms terms = reader.terms(field);
        if (terms == null) {
            return match;
        }
        TermsEnum dictionary = terms.iterator();
        for (BytesRef term : queryTerms) {
            if (dictionary.seekExact(term)) {
                match.postings.add(dictionary.postings(null, PostingsEnum.FREQS));
            }
        }
        return match;
    }

    /**
     * F1 of a document, from 0, no common term, to 1.
     *
     * @param doc number in the segment, not lower than that of the call before
     */
    double of(int doc) throws IOException {
        int found = 0;
        int occurrences = 0;
        for (PostingsEnum term : postings) {
            if (term.docID() < doc) {
                term.advance(doc);
            }
            if (term.docID() == doc && term.docID() != DocIdSetIterator.NO_MORE_DOCS) {
                found++;
                occurrences += term.freq();
            }
        }
        if (found == 0) {
            return 0;
        }
        double precision = Math.min(1, occurrences / (double) length(doc, occurrences));
        double recall = found / (double) queryTerms;
        return 2 * precision * recall / (precision + recall);
    }

    /** Number of terms of the field, exact up to 40. Without norms, the number of occurrences that were found. */
    private int length(int doc, int occurrences) throws IOException {
        boolean hasLength = norms != null && norms.advanceExact(doc);
        return hasLength ? Math.max(occurrences, SmallFloat.byte4ToInt((byte) norms.longValue())) : occurrences;
    }
}
