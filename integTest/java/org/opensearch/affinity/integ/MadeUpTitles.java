package org.opensearch.affinity.integ;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Titles for as many items as a test wants: five to eight words of the sample shop's titles, drawn anew for each number. The
 * number stands among them, so no two are alike and the encoder meets none twice.
 */
record MadeUpTitles(List<String> words) {
    static MadeUpTitles ofSampleShop() throws IOException {
        return new MadeUpTitles(SampleShop.titles().stream().flatMap(title -> Stream.of(title.split("[^A-Za-z]+"))).distinct().sorted().toList());
    }

    /** The same for the same number, always. */
    String title(int number) {
        Random random = new Random(number);
        int drawn = 4 + random.nextInt(4);
        return random.ints(drawn, 0, words.size()).mapToObj(words::get).collect(Collectors.joining(" ", "", " " + number));
    }
}
