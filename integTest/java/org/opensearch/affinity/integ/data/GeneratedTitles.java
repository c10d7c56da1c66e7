package org.opensearch.affinity.integ.data;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Titles for any number of items: four to seven words from the titles of the sample shop and the item's number, so that all titles
 * differ and the encoder's cache has none of them.
 */
public record GeneratedTitles(List<String> words) {
    /** In letters. Most short words are a single token. */
    private static final int LONGEST_WORD = 6;

    public static GeneratedTitles ofSampleShop() throws IOException {
        Stream<String> words = SampleShop.titles().stream().flatMap(title -> Stream.of(title.split("[^A-Za-z]+")));
        return new GeneratedTitles(words.filter(word -> word.isEmpty() == false && word.length() <= LONGEST_WORD).distinct().sorted()
            .toList());
    }

    /** The title of an item; it depends on the number alone. */
    public String title(int number) {
        Random random = new Random(number);
        int drawn = 4 + random.nextInt(4);
        return random.ints(drawn, 0, words.size()).mapToObj(words::get).collect(Collectors.joining(" ", "", " " + number));
    }
}
