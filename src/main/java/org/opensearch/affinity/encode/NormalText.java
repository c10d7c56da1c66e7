package org.opensearch.affinity.encode;

import java.text.Normalizer;

/**
 * The one form of a text that is encoded: Unicode NFC, white space at the ends removed and every other run of
 * it one space. Texts that differ in no more than that share a vector. Case stays: it is the model's to ignore.
 */
final class NormalText {
    private NormalText() {}

    /** The text itself if it is normal already. */
    static String of(String text) {
        String collapsed = collapse(text);
        return Normalizer.isNormalized(collapsed, Normalizer.Form.NFC) ? collapsed : Normalizer.normalize(collapsed, Normalizer.Form.NFC);
    }

    private static String collapse(String text) {
        StringBuilder collapsed = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // All white space of Unicode lies below the surrogates; one of the two leaves out the no-break spaces.
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                space = collapsed.isEmpty() == false;
                continue;
            }
            if (space) {
                collapsed.append(' ');
                space = false;
            }
            collapsed.append(c);
        }
        return collapsed.length() == text.length() && text.contentEquals(collapsed) ? text : collapsed.toString();
    }
}
