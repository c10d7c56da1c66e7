package org.opensearch.affinity.profile.label;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Chooses the words and phrases that are characteristic of a few items of a catalogue. They are scored by {@code f · ln(f / b)},
 * their contribution to the relative entropy of the items and the catalogue (Carpineto et al., "An information-theoretic approach to
 * automatic query expansion", 2001), where f is the weighted share of the items that have the term, and b the share of the catalogue.
 *
 * <p>Use: {@link #add} each item, count the {@link #phrases} in the catalogue, and {@link #choose}. Not thread-safe.
 */
final class CharacteristicTerms {
    private static final int MAX_CHOSEN = 3;
    /** The most words of a phrase. */
    private static final int MAX_PHRASE_LENGTH = 3;
    private static final int MAX_PHRASES_TO_COUNT = 8;
    /** The least share of items with a phrase among those with its rarest word. */
    private static final double MIN_PHRASE_SHARE = 1.0 / 3;
    /** The least ratio of a characteristic term's frequency in the items to that in the catalogue. */
    private static final double MIN_RATIO = 2;
    /** The fewest items of the catalogue with a phrase. */
    private static final int MIN_PHRASE_ITEMS = 2;
    /** The most letters by which forms of the same word differ: light, lights, lighting. */
    private static final int MAX_ENDING = 3;

    private static final Pattern WORD = Pattern.compile("\\p{L}{3,}|.*\\p{IsIdeographic}.*");
    /** A value of a keyword field of one to three words. */
    private static final Pattern NAME = Pattern.compile("\\p{L}{2,}([ -]\\p{L}{2,}){0,2}");
    /** What may separate the words of a phrase. */
    private static final Pattern SEPARATOR = Pattern.compile("[ \\u00a0-]?");

    /**
     * A term of a text.
     *
     * @param term     as indexed, perhaps a stem
     * @param words    as written in the text
     * @param position in the sequence of terms
     * @param start    offset of the first character in the text
     * @param end      offset after the last character
     * @param share    of the catalogue's items that have the term, in (0, 1]
     */
    record Token(String term, String words, int position, int start, int end, double share) {}

    /** A text field of one item, with its tokens in the order of the text. */
    record Text(String field, String text, List<Token> tokens) {}

    /** A word or phrase that may be chosen. */
    static final class Candidate {
        private final String field;
        private final String words;
        private final List<String> terms;
        /** The catalogue share of its rarest word. */
        private final double rarest;
        /** The catalogue share of its most common word. */
        private final double commonest;
        /** The share of the catalogue's items that have it; for phrases that are not counted yet, the upper bound {@link #rarest}. */
        private double catalogueShare;
        /** The sum of the weights of the items that have it. */
        private double weight;
        /** The number of items that have it. */
        private int items;

        private Candidate(String field, String words, List<Token> tokens) {
            this.field = field;
            this.words = words;
            terms = tokens.stream().map(Token::term).toList();
            rarest = tokens.stream().mapToDouble(Token::share).min().orElseThrow();
            commonest = tokens.stream().mapToDouble(Token::share).max().orElseThrow();
            catalogueShare = rarest;
        }

        String field() {
            return field;
        }

        String words() {
            return words;
        }

        boolean isPhrase() {
            return terms.size() > 1;
        }

        private double score(double totalWeight) {
            double share = weight / totalWeight;
            return share * Math.log(share / catalogueShare);
        }
    }

    private final Map<List<String>, Candidate> candidates = new LinkedHashMap<>();
    private double totalWeight;
    private int itemCount;

    /**
     * Adds one item.
     *
     * @param itemWeight above 0
     */
    void add(double itemWeight, List<Text> fields) {
        Set<Candidate> ofItem = new HashSet<>();
        for (Text text : fields) {
            for (int first = 0; first < text.tokens().size(); first++) {
                for (int length = 1; length <= MAX_PHRASE_LENGTH; length++) {
                    Candidate candidate = candidate(text, first, length);
                    if (candidate != null && ofItem.add(candidate)) {
                        candidate.weight += itemWeight;
                        candidate.items++;
                    }
                }
            }
        }
        totalWeight += itemWeight;
        itemCount++;
    }

    /** Returns the candidate of so many tokens from a token on; null if they are not a word or phrase. */
    private Candidate candidate(Text text, int first, int length) {
        if (first + length > text.tokens().size()) {
            return null;
        }
        List<Token> tokens = text.tokens().subList(first, first + length);
        String words = length == 1 ? tokens.getFirst().words() : phrase(text, tokens);
        if (words == null || isWordOrPhrase(words, tokens) == false) {
            return null;
        }
        List<String> key = new ArrayList<>(List.of(text.field()));
        tokens.forEach(token -> key.add(token.term()));
        return candidates.computeIfAbsent(key, fresh -> new Candidate(text.field(), words.toLowerCase(Locale.ROOT), tokens));
    }

    private static boolean isWordOrPhrase(String words, List<Token> tokens) {
        if (tokens.size() > 1) {
            // A single ideograph need not be a word, while several in a row may be one.
            return tokens.stream().allMatch(token -> WORD.matcher(token.words()).matches());
        }
        return WORD.matcher(words).matches() || NAME.matcher(words).matches() && words.length() > 2;
    }

    /** Returns the phrase as written in the text; null if the tokens are not adjacent. */
    private static String phrase(Text text, List<Token> tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            Token before = tokens.get(i - 1);
            Token token = tokens.get(i);
            boolean isNext = token.position() == before.position() + 1;
            boolean isAfter = token.start() >= before.end() && token.start() <= text.text().length();
            if (isNext == false || isAfter == false) {
                return null;
            }
            if (SEPARATOR.matcher(text.text().substring(before.end(), token.start())).matches() == false) {
                return null;
            }
        }
        int end = tokens.getLast().end();
        return end > text.text().length() ? null : text.text().substring(tokens.getFirst().start(), end);
    }

    /** Returns the phrases that {@link #choose} needs counts of, best first. */
    List<Candidate> phrases() {
        return candidates.values()
            .stream()
            .filter(candidate -> candidate.isPhrase() && isCharacteristic(candidate))
            .sorted(bestFirst())
            .limit(MAX_PHRASES_TO_COUNT)
            .toList();
    }

    /** Whether each word is more frequent in the items than in the catalogue: "the desk" is not, because of "the". */
    private boolean isCharacteristic(Candidate candidate) {
        return candidate.weight >= MIN_RATIO * candidate.commonest * totalWeight;
    }

    /**
     * Chooses words and phrases.
     *
     * @param phraseCounts the number of the catalogue's items with each of the {@link #phrases}
     * @param fieldCounts  the number of the catalogue's items with each field
     * @return at most three, most characteristic first, in lower case
     */
    List<String> choose(Map<Candidate, Long> phraseCounts, Map<String, Long> fieldCounts) {
        List<Candidate> characteristic = new ArrayList<>();
        for (Candidate candidate : candidates.values()) {
            if (candidate.isPhrase()) {
                long items = phraseCounts.getOrDefault(candidate, 0L);
                double share = (double) items / Math.max(1, fieldCounts.getOrDefault(candidate.field, 0L));
                if (items < MIN_PHRASE_ITEMS || share < MIN_PHRASE_SHARE * candidate.rarest) {
                    continue;
                }
                candidate.catalogueShare = Math.min(share, candidate.rarest);
            }
            if (isCharacteristic(candidate)) {
                characteristic.add(candidate);
            }
        }
        characteristic.sort(bestFirst());
        List<Candidate> chosen = new ArrayList<>();
        for (Candidate candidate : characteristic) {
            if (chosen.size() < MAX_CHOSEN && chosen.stream().noneMatch(other -> shareAWord(candidate, other))) {
                chosen.add(candidate);
            }
        }
        return chosen.stream().map(Candidate::words).toList();
    }

    /** Orders candidates: those of several items before those of one, then by score, then longer phrases before shorter ones. */
    private Comparator<Candidate> bestFirst() {
        Comparator<Candidate> sharedFirst = Comparator.comparing(candidate -> candidate.items > 1 || itemCount == 1 ? 0 : 1);
        Comparator<Candidate> longerFirst = Comparator.comparing(candidate -> -candidate.terms.size());
        return sharedFirst.thenComparingDouble(candidate -> -candidate.score(totalWeight))
            .thenComparing(longerFirst)
            .thenComparing(Candidate::words);
    }

    /** Whether two candidates have a term in common, or forms of the same word. */
    private static boolean shareAWord(Candidate one, Candidate other) {
        for (String word : one.words.split("[ \\u00a0-]")) {
            for (String another : other.words.split("[ \\u00a0-]")) {
                if (isForm(word, another) || isForm(another, word)) {
                    return true;
                }
            }
        }
        return one.terms.stream().anyMatch(other.terms::contains);
    }

    private static boolean isForm(String longer, String shorter) {
        return longer.startsWith(shorter) && longer.length() - shorter.length() <= (shorter.length() < MAX_ENDING ? 0 : MAX_ENDING);
    }
}
