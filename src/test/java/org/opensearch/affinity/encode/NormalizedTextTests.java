package org.opensearch.affinity.encode;

import org.opensearch.test.OpenSearchTestCase;

import java.text.Normalizer;

public class NormalizedTextTests extends OpenSearchTestCase {
    public void testNormalisedTextIsUnchanged() {
        for (String text : new String[] { "", "a b", "caf\u00e9", "\uD83D\uDE80 2", "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0000" }) {
            assertSame(text, NormalizedText.of(text));
        }
    }

    public void testUnpairedSurrogatesAreReplaced() {
        assertEquals("a\uFFFDb", NormalizedText.of("a\uD800b"));
        assertEquals("\uFFFD \uFFFD", NormalizedText.of("\uDC00 \uD83D"));
        assertEquals("\uFFFD\uFFFD\uD83D\uDE80", NormalizedText.of("\uDE80\uD83D\uD83D\uDE80"));
    }

    /** NFC sorts marks in time that grows with the square of their number. */
    public void testMarksBeyondThirtyAreRemoved() {
        String marks = "\u0316\u0301".repeat(15);
        assertEquals(NormalizedText.of("a" + marks + " b"), NormalizedText.of("a" + "\u0316\u0301".repeat(10_000) + " b"));
        assertEquals(Normalizer.normalize("a" + marks, Normalizer.Form.NFC), NormalizedText.of("a" + marks));
        // Marks outside the basic multilingual plane, and many characters with a few marks each.
        assertEquals(1 + 60, NormalizedText.of("a" + "\uD834\uDD67".repeat(1000)).length());
        String few = "x\u0316\u0301 ".repeat(1000) + "x";
        assertEquals(Normalizer.normalize(few, Normalizer.Form.NFC), NormalizedText.of(few));
    }

    public void testNormalisationIsIdempotent() {
        for (int i = 0; i < 1000; i++) {
            String text = randomBoolean() ? randomUnicodeOfLength(15) : randomRealisticUnicodeOfCodepointLength(15);
            String normalised = NormalizedText.of(text);
            assertEquals(normalised, NormalizedText.of(normalised));
        }
    }
}
