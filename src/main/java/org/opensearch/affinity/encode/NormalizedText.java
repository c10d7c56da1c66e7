package org.opensearch.affinity.encode;

import java.text.Normalizer;

/**
 * Normalises texts before they are encoded, so that texts that differ only in form share a vector. The result is in Unicode NFC,
 * without white space at its ends and with single spaces elsewhere. Unpaired surrogates are replaced by U+FFFD, and combining marks
 * beyond {@value #MAX_MARKS} on one character are removed. Case is kept; models that ignore it do so themselves.
 */
final class NormalizedText {
    /**
     * Unicode's limit of the Stream-Safe Text Format (UAX #15), more than any script uses. NFC sorts the marks on a character in time
     * that grows with the square of their number: a megabyte of marks would take many minutes.
     */
    private static final int MAX_MARKS = 30;
    private static final int REPLACEMENT = 0xFFFD;

    private NormalizedText() {}

    /** The normalised text; the same object if the text is normalised already. */
    static String of(String text) {
        String cleaned = clean(text);
        return Normalizer.isNormalized(cleaned, Normalizer.Form.NFC) ? cleaned : Normalizer.normalize(cleaned, Normalizer.Form.NFC);
    }

    /** The text with white space, surrogates and marks as described, before NFC. */
    private static String clean(String text) {
        StringBuilder cleaned = new StringBuilder(text.length());
        boolean space = false;
        int marks = 0;
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int c = text.codePointAt(i);
            next = i + Character.charCount(c);
            // isWhitespace excludes no-break spaces, isSpaceChar excludes control characters such as tabs.
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                space = cleaned.isEmpty() == false;
                continue;
            }
            marks = isMark(c) ? marks + 1 : 0;
            if (marks > MAX_MARKS) {
                continue;
            }
            if (space) {
                cleaned.append(' ');
                space = false;
            }
            cleaned.appendCodePoint(Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c);
        }
        return cleaned.length() == text.length() && text.contentEquals(cleaned) ? text : cleaned.toString();
    }

    private static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }
}
