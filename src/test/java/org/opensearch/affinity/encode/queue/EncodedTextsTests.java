package org.opensearch.affinity.encode.queue;

import org.opensearch.test.OpenSearchTestCase;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** Uses an encoder that fails for some texts and counts its runs. */
public class EncodedTextsTests extends OpenSearchTestCase {
    private int runs;

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private EncodedTexts encoded(int texts, Set<String> failing) {
        runs = 0;
        return EncodedTexts.of(texts(texts), some -> {
            runs++;
            some.stream().filter(failing::contains).findFirst().ifPresent(text -> {
                throw new IllegalStateException("run " + runs + " fails for " + text);
            });
            return some.stream().map(text -> new float[] { Integer.parseInt(text) }).toArray(float[][]::new);
        });
    }

    private static void assertFailed(EncodedTexts encoded, Set<String> failing) {
        for (int i = 0; i < encoded.vectors().length; i++) {
            if (failing.contains(Integer.toString(i))) {
                assertNull(encoded.vectors()[i]);
                assertTrue(encoded.failures()[i].getMessage().endsWith(" fails for " + i));
            } else {
                assertNull(encoded.failures()[i]);
                assertEquals(i, encoded.vectors()[i][0], 0);
            }
        }
    }

    public void testTextsWithoutFailureRunOnce() {
        EncodedTexts encoded = encoded(128, Set.of());
        assertFailed(encoded, Set.of());
        assertNull(encoded.firstFailure());
        assertFalse(encoded.isGeneralFailure());
        assertEquals(1, runs);
    }

    public void testOnlyFailingTextsHaveFailures() {
        for (int i = 0; i < 200; i++) {
            int texts = randomIntBetween(1, 128);
            Set<String> failing = new HashSet<>();
            for (int j = randomIntBetween(1, 4); j > 0; j--) {
                failing.add(Integer.toString(randomInt(texts - 1)));
            }
            EncodedTexts encoded = encoded(texts, failing);
            assertFailed(encoded, failing);
            assertFalse(encoded.isGeneralFailure());
            assertNotNull(encoded.firstFailure());
            assertThat(runs, lessThanOrEqualTo(64));
        }
    }

    public void testGeneralFailureEndsAfterEighths() {
        EncodedTexts encoded = encoded(128, new HashSet<>(texts(128)));
        assertTrue(encoded.isGeneralFailure());
        assertEquals(1 + 2 + 4 + 8, runs);
        for (int i = 0; i < 128; i++) {
            assertNull(encoded.vectors()[i]);
            assertNotNull(encoded.failures()[i]);
        }
    }

    public void testRunsAreLimited() {
        Set<String> failing = new HashSet<>(texts(1024));
        failing.removeAll(texts(300));
        failing.removeIf(text -> Integer.parseInt(text) % 7 == 0);
        EncodedTexts encoded = encoded(1024, failing);
        assertFalse(encoded.isGeneralFailure());
        assertEquals(64, runs);
        for (int i = 0; i < 1024; i++) {
            assertTrue((encoded.vectors()[i] == null) != (encoded.failures()[i] == null));
            assertTrue(i >= 256 || encoded.vectors()[i] != null);
        }
    }
}
