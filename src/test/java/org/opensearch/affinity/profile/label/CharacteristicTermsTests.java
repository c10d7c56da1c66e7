package org.opensearch.affinity.profile.label;

import org.opensearch.affinity.profile.label.CharacteristicTerms.Candidate;
import org.opensearch.affinity.profile.label.CharacteristicTerms.Text;
import org.opensearch.affinity.profile.label.CharacteristicTerms.Token;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Texts of a catalogue of 1,000 items. */
public class CharacteristicTermsTests extends OpenSearchTestCase {
    private static final long ITEMS = 1_000;
    private static final Map<String, Integer> ITEMS_WITH = Map.of("the", 900, "bicycl", 30, "light", 60, "red", 100, "lumenix", 2, "mount", 50);
    private static final List<String> STEMS = List.of("bicycl", "light", "mount");

    private final CharacteristicTerms terms = new CharacteristicTerms();

    /** Returns a title, analyzed as a stemmer does it. */
    private static Text title(String text) {
        List<Token> tokens = new ArrayList<>();
        for (MatchResult word : Pattern.compile("[\\p{L}\\d]+").matcher(text).results().toList()) {
            String lower = word.group().toLowerCase(Locale.ROOT);
            String term = STEMS.stream().filter(lower::startsWith).findFirst().orElse(lower);
            tokens.add(new Token(term, word.group(), tokens.size(), word.start(), word.end(), ITEMS_WITH.getOrDefault(term, 20) / (double) ITEMS));
        }
        return new Text("title", text, tokens);
    }

    private List<String> choose(Map<String, Long> phrases) {
        Map<Candidate, Long> counts = new HashMap<>();
        terms.phrases().forEach(phrase -> counts.put(phrase, phrases.getOrDefault(phrase.words(), 1L)));
        return terms.choose(counts, Map.of("title", ITEMS));
    }

    public void testWholeWordsThatAreRareInTheCatalogue() {
        terms.add(1, List.of(title("The Bicycle with the 2000 gears")));
        terms.add(1, List.of(title("The bicycles, Lumenix")));
        // 1 · ln(1 / 0.03) = 3.5, ½ · ln(½ / 0.002) = 2.8, ½ · ln(½ / 0.02) = 1.6
        assertEquals(List.of("bicycle", "lumenix", "gears"), choose(Map.of()));
    }

    public void testWordOfSeveralTextsBeforeARarerWordOfOne() {
        terms.add(1, List.of(title("Red light")));
        terms.add(1, List.of(title("Light, mounted")));
        terms.add(8, List.of(title("Lumenix")));
        assertEquals("light", choose(Map.of()).getFirst());
    }

    public void testFrequentPhraseReplacesItsWords() {
        for (String title : List.of("Bicycle light", "The bicycle lights", "Bicycle Light, red")) {
            terms.add(1, List.of(title(title)));
        }
        assertEquals(List.of("bicycle light", "red"), choose(Map.of("bicycle light", 10L)));
        List<String> apart = choose(Map.of("bicycle light", 9L));
        assertEquals("less than a third of the items with the rarer word", List.of("bicycle", "light", "red"), apart);
    }

    public void testPhraseMustOccurInTwoItems() {
        terms.add(1, List.of(title("Lumenix glow")));
        assertEquals(List.of("lumenix", "glow"), choose(Map.of("lumenix glow", 1L)));
        assertEquals(List.of("lumenix glow"), choose(Map.of("lumenix glow", 2L)));
    }

    public void testPhraseWithACommonWordIsNotChosen() {
        terms.add(1, List.of(title("The lumenix")));
        assertEquals(List.of("lumenix"), choose(Map.of("the lumenix", 2L)));
    }

    public void testPunctuationEndsAPhrase() {
        terms.add(1, List.of(title("Outdoor > Cycling, light\nglow")));
        assertEquals(List.of(), terms.phrases());
        terms.add(1, List.of(title("e-bike light kit")));
        assertEquals(List.of("bike light kit", "bike light", "light kit"), terms.phrases().stream().map(Candidate::words).sorted(Comparator.comparingInt(words -> -words.length())).toList());
    }

    public void testFormsOfAWordAreChosenOnce() {
        terms.add(1, List.of(title("Lantern lanterns"), new Text("tags", "lantern", List.of(new Token("lantern", "lantern", 0, 0, 7, 0.02)))));
        assertEquals(List.of("lantern"), choose(Map.of()));
    }

    public void testIdeographsFormPhrases() {
        Text text = new Text("title", "帐篷 灯", List.of(new Token("帐", "帐", 0, 0, 1, 0.01), new Token("篷", "篷", 1, 1, 2, 0.01), new Token("灯", "灯", 2, 3, 4, 0.1)));
        terms.add(1, List.of(text));
        assertEquals(List.of("帐篷", "灯"), choose(Map.of("帐篷", 10L)));
    }

    public void testTermsOfAllItemsAreNotChosen() {
        terms.add(1, List.of(new Text("title", "every", List.of(new Token("every", "every", 0, 0, 5, 1)))));
        assertEquals(List.of(), choose(Map.of()));
        assertEquals(List.of(), new CharacteristicTerms().choose(Map.of(), Map.of()));
    }
}
