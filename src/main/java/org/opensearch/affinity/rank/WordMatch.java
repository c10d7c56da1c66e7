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
 * How the words of a query and those of a document's field meet: F1, the harmonic mean of the part of the field's words that
 * are asked for and the part of the asked words that the field has (van Rijsbergen, Information Retrieval, 1979). Unlike BM25
 * it is 1 for a field that is just the query, and says how far others are from that. Of one segment, read by ascending
 * document. Not thread-safe.
 */
final class WordMatch {
    /** A query of more words than these says what it wants with the first ones. */
    private static final int MAX_WORDS = 32;

    private final List<PostingsEnum> words = new ArrayList<>();
    private final int asked;
    /** Null where lengths are not kept. */
    private final NumericDocValues lengths;

    private WordMatch(int asked, NumericDocValues lengths) {
        this.asked = asked;
        this.lengths = lengths;
    }

    /** The distinct words that an analyzer finds in a text. */
    static Collection<BytesRef> words(Analyzer analyzer, String field, String text) {
        Set<BytesRef> words = new LinkedHashSet<>();
        try (TokenStream tokens = analyzer.tokenStream(field, text)) {
            TermToBytesRefAttribute word = tokens.addAttribute(TermToBytesRefAttribute.class);
            tokens.reset();
            while (words.size() < MAX_WORDS && tokens.incrementToken()) {
                words.add(BytesRef.deepCopyOf(word.getBytesRef()));
            }
            tokens.end();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
        return words;
    }

    /** @param asked words as {@link #words} gave them */
    static WordMatch open(LeafReaderContext leaf, String field, Collection<BytesRef> asked) throws IOException {
        LeafReader reader = leaf.reader();
        WordMatch match = new WordMatch(asked.size(), reader.getNormValues(field));
        Terms terms = reader.terms(field);
        if (terms == null) {
            return match;
        }
        TermsEnum each = terms.iterator();
        for (BytesRef word : asked) {
            if (each.seekExact(word)) {
                match.words.add(each.postings(null, PostingsEnum.FREQS));
            }
        }
        return match;
    }

    /** @return from 0, no word, to 1, all that is asked for and nothing else */
    double of(int doc) throws IOException {
        int found = 0;
        int occurrences = 0;
        for (PostingsEnum word : words) {
            if (word.docID() < doc) {
                word.advance(doc);
            }
            if (word.docID() == doc && word.docID() != DocIdSetIterator.NO_MORE_DOCS) {
                found++;
                occurrences += word.freq();
            }
        }
        if (found == 0) {
            return 0;
        }
        double wanted = Math.min(1, occurrences / (double) length(doc, occurrences));
        double covered = found / (double) asked;
        return 2 * wanted * covered / (wanted + covered);
    }

    /** As many words as the field has, exact up to 40, as similarities keep it. */
    private int length(int doc, int atLeast) throws IOException {
        boolean known = lengths != null && lengths.advanceExact(doc);
        return known ? Math.max(atLeast, SmallFloat.byte4ToInt((byte) lengths.longValue())) : atLeast;
    }
}
