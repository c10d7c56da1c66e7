package org.opensearch.affinity.encode;

import org.opensearch.test.OpenSearchTestCase;

import java.text.Normalizer;

public class NormalizedTextTests extends OpenSearchTestCase {
    public void testNormalTextIsItself() {
        for (String text : new String[] { "", "a b", "caf\u00e9", "\uD83D\uDE80 2", "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0000" }) {
            assertSame(text, NormalizedText.of(text));
        }
    }

    public void testHalfASurrogatePairIsReplaced() {
        assertEquals("a\uFFFDb", NormalizedText.of("a\uD800b"));
        assertEquals("\uFFFD \uFFFD", NormalizedText.of("\uDC00 \uD83D"));
        assertEquals("\uFFFD\uFFFD\uD83D\uDE80", NormalizedText.of("\uDE80\uD83D\uD83D\uDE80"));
    }

    /** Sorting all of them would take time that grows with the square of their number. */
    public void testMarksBeyondThirtyAreLeftOut() {
        String marks = "\u0316\u0301".repeat(15);
        assertEquals(NormalizedText.of("a" + marks + " b"), NormalizedText.of("a" + "\u0316\u0301".repeat(10_000) + " b"));
        assertEquals(Normalizer.normalize("a" + marks, Normalizer.Form.NFC), NormalizedText.of("a" + marks));
        // Beyond the basic plane, and where every character has a few.
        assertEquals(1 + 60, NormalizedText.of("a" + "\uD834\uDD67".repeat(1000)).length());
        String few = "x\u0316\u0301 ".repeat(1000) + "x";
        assertEquals(Normalizer.normalize(few, Normalizer.Form.NFC), NormalizedText.of(few));
    }

    public void testNormalOfNormalIsTheSame() {
        for (int i = 0; i < 1000; i++) {
            String text = randomBoolean() ? randomUnicodeOfLength(15) : randomRealisticUnicodeOfCodepointLength(15);
            String normal = NormalizedText.of(text);
            assertEquals(normal, NormalizedText.of(normal));
        }
    }
}
