package org.opensearch.affinity.integ.data;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Titles for as many items as a test wants: five to eight words of the sample shop's titles, drawn anew for each number. The
 * number stands among them, so no two are alike and the encoder meets none twice.
 */
public record MadeUpTitles(List<String> words) {
    /** Letters. Most short words are one token each. */
    private static final int LONGEST_WORD = 6;

    public static MadeUpTitles ofSampleShop() throws IOException {
        Stream<String> words = SampleShop.titles().stream().flatMap(title -> Stream.of(title.split("[^A-Za-z]+")));
        return new MadeUpTitles(words.filter(word -> word.isEmpty() == false && word.length() <= LONGEST_WORD).distinct().sorted().toList());
    }

    /** The same for the same number, always. */
    public String title(int number) {
        Random random = new Random(number);
        int drawn = 4 + random.nextInt(4);
        return random.ints(drawn, 0, words.size()).mapToObj(words::get).collect(Collectors.joining(" ", "", " " + number));
    }
}
