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
 * What a few texts are about, against the catalogue they are from: words and phrases by {@code f · ln(f / b)}, their part in the
 * relative entropy of texts and catalogue (Carpineto et al., "An information-theoretic approach to automatic query expansion",
 * 2001), f being the weighed share of the texts that have them and b the share of the catalogue. Not thread-safe.
 */
final class CharacteristicTerms {
    private static final int MOST = 3;
    private static final int LONGEST_PHRASE = 3;
    private static final int PHRASES_COUNTED = 8;
    /** Words are frequent together if so many of the items with the rarest of them have them so. */
    private static final double TOGETHER = 1.0 / 3;
    /** Nothing is characteristic that is not so many times as frequent as in the catalogue. */
    private static final double LEAST_RATIO = 2;
    /** A phrase that the catalogue has once may be anything. */
    private static final int LEAST_ITEMS = 2;
    /** A word that is another one with at most so many letters more is the same to a reader: light, lights, lighting. */
    private static final int ENDING = 3;

    private static final Pattern WORD = Pattern.compile("\\p{L}{3,}|.*\\p{IsIdeographic}.*");
    /** A keyword field's value that reads like a name. */
    private static final Pattern NAME = Pattern.compile("\\p{L}{2,}([ -]\\p{L}{2,}){0,2}");
    private static final Pattern JOINT = Pattern.compile("[ \\u00a0-]?");

    /**
     * A term of a text.
     *
     * @param term  as it was indexed, which may be cut down to a stem
     * @param words as they stand in the text
     * @param start in the text
     * @param share of the catalogue that has the term, in (0, 1]
     */
    record Token(String term, String words, int position, int start, int end, double share) {}

    /** A field of one item, its tokens in their order. */
    record Text(String field, String text, List<Token> tokens) {}

    /** Something the texts may be about. Its share of the catalogue is known for words, and for phrases at most that of their rarest word. */
    static final class Candidate {
        private final String field;
        private final String words;
        private final List<String> terms;
        private final double rarest;
        private final double commonest;
        private double usual;
        private double weight;
        private int texts;

        private Candidate(String field, String words, List<Token> tokens) {
            this.field = field;
            this.words = words;
            terms = tokens.stream().map(Token::term).toList();
            rarest = tokens.stream().mapToDouble(Token::share).min().orElseThrow();
            commonest = tokens.stream().mapToDouble(Token::share).max().orElseThrow();
            usual = rarest;
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

        private double score(double all) {
            double share = weight / all;
            return share * Math.log(share / usual);
        }
    }

    private final Map<List<String>, Candidate> candidates = new LinkedHashMap<>();
    private double weight;
    private int texts;

    /**
     * Takes in one item.
     *
     * @param itemWeight above 0
     */
    void add(double itemWeight, List<Text> fields) {
        Set<Candidate> here = new HashSet<>();
        for (Text text : fields) {
            for (int first = 0; first < text.tokens().size(); first++) {
                for (int length = 1; length <= LONGEST_PHRASE; length++) {
                    Candidate candidate = candidate(text, first, length);
                    if (candidate != null && here.add(candidate)) {
                        candidate.weight += itemWeight;
                        candidate.texts++;
                    }
                }
            }
        }
        weight += itemWeight;
        texts++;
    }

    /** Null where no phrase of that length begins. */
    private Candidate candidate(Text text, int first, int length) {
        if (first + length > text.tokens().size()) {
            return null;
        }
        List<Token> tokens = text.tokens().subList(first, first + length);
        String words = length == 1 ? tokens.getFirst().words() : phrase(text, tokens);
        if (words == null || isWording(words, tokens) == false) {
            return null;
        }
        List<String> key = new ArrayList<>(List.of(text.field()));
        tokens.forEach(token -> key.add(token.term()));
        return candidates.computeIfAbsent(key, fresh -> new Candidate(text.field(), words.toLowerCase(Locale.ROOT), tokens));
    }

    private static boolean isWording(String words, List<Token> tokens) {
        if (tokens.size() > 1) {
            // Ideographs are words together that are none alone.
            return tokens.stream().allMatch(token -> WORD.matcher(token.words()).matches());
        }
        return WORD.matcher(words).matches() || NAME.matcher(words).matches() && words.length() > 2;
    }

    /** As it stands in the text; null where something stands between the words. */
    private static String phrase(Text text, List<Token> tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            Token before = tokens.get(i - 1);
            Token token = tokens.get(i);
            boolean next = token.position() == before.position() + 1 && token.start() >= before.end() && token.start() <= text.text().length();
            if (next == false || JOINT.matcher(text.text().substring(before.end(), token.start())).matches() == false) {
                return null;
            }
        }
        int end = tokens.getLast().end();
        return end > text.text().length() ? null : text.text().substring(tokens.getFirst().start(), end);
    }

    /** The phrases that would be chosen if they are frequent together, most promising first: the catalogue is to be asked. */
    List<Candidate> phrases() {
        return candidates.values().stream().filter(candidate -> candidate.isPhrase() && isCharacteristic(candidate)).sorted(best()).limit(PHRASES_COUNTED).toList();
    }

    /** In every word: "the desk" says no more than "desk". */
    private boolean isCharacteristic(Candidate candidate) {
        return candidate.weight >= LEAST_RATIO * candidate.commonest * weight;
    }

    /**
     * Chooses.
     *
     * @param counts    by phrase, how many items of the catalogue have it
     * @param catalogue how many items have each field
     * @return most characteristic first, in lower case
     */
    List<String> choose(Map<Candidate, Long> counts, Map<String, Long> catalogue) {
        List<Candidate> left = new ArrayList<>();
        for (Candidate candidate : candidates.values()) {
            if (candidate.isPhrase()) {
                long items = counts.getOrDefault(candidate, 0L);
                double share = (double) items / Math.max(1, catalogue.getOrDefault(candidate.field, 0L));
                if (items < LEAST_ITEMS || share < TOGETHER * candidate.rarest) {
                    continue;
                }
                candidate.usual = Math.min(share, candidate.rarest);
            }
            if (isCharacteristic(candidate)) {
                left.add(candidate);
            }
        }
        left.sort(best());
        List<Candidate> chosen = new ArrayList<>();
        for (Candidate candidate : left) {
            if (chosen.size() < MOST && chosen.stream().noneMatch(other -> saysTheSame(candidate, other))) {
                chosen.add(candidate);
            }
        }
        return chosen.stream().map(Candidate::words).toList();
    }

    /** What several texts share says more than the rarest word of one, and of two that say as much the longer is plainer. */
    private Comparator<Candidate> best() {
        Comparator<Candidate> shared = Comparator.comparing(candidate -> candidate.texts > 1 || texts == 1 ? 0 : 1);
        Comparator<Candidate> longer = Comparator.comparing(candidate -> -candidate.terms.size());
        return shared.thenComparingDouble(candidate -> -candidate.score(weight)).thenComparing(longer).thenComparing(Candidate::words);
    }

    private static boolean saysTheSame(Candidate one, Candidate other) {
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
        return longer.startsWith(shorter) && longer.length() - shorter.length() <= (shorter.length() < ENDING ? 0 : ENDING);
    }
}
