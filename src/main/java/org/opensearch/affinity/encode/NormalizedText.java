package org.opensearch.affinity.encode;

import java.text.Normalizer;

/**
 * The one form of a text that is encoded: Unicode NFC, white space at the ends removed and every other run of
 * it one space, half a surrogate pair replaced as UTF-8 would, and no more marks on a character than any script
 * puts there. Texts that differ in no more than that share a vector. Case stays: it is the model's to ignore.
 */
final class NormalizedText {
    /**
     * Unicode's limit for text that can be normalised piece by piece (UAX #15, Stream-Safe Text Format). NFC sorts
     * the marks on a character, in time that grows with their square: a megabyte of them would take many minutes.
     */
    private static final int MOST_MARKS = 30;
    private static final int REPLACEMENT = 0xFFFD;

    private NormalizedText() {}

    /** The text itself if it is normal already. */
    static String of(String text) {
        String plain = plain(text);
        return Normalizer.isNormalized(plain, Normalizer.Form.NFC) ? plain : Normalizer.normalize(plain, Normalizer.Form.NFC);
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean space = false;
        int marks = 0;
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int c = text.codePointAt(i);
            next = i + Character.charCount(c);
            // One of the two leaves out the no-break spaces.
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                space = plain.isEmpty() == false;
                continue;
            }
            marks = isMark(c) ? marks + 1 : 0;
            if (marks > MOST_MARKS) {
                continue;
            }
            if (space) {
                plain.append(' ');
                space = false;
            }
            plain.appendCodePoint(Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c);
        }
        return plain.length() == text.length() && text.contentEquals(plain) ? text : plain.toString();
    }

    private static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }
}
