package org.opensearch.affinity.integ.bench.common;

import org.junit.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

public class TextsTests {
    @Test
    public void oneTextPerLine() throws IOException {
        assertEquals(List.of("first", "second one"), parsed("first\n\n second one \nfirst\n   \n"));
    }

    @Test
    public void descriptionsOfAControlFile() throws IOException {
        String control = """
            Package: one
            Description: does one thing
             It does it well.
             .
             And fast.
            Homepage: https://example.org

            Package: two
            Description-md5: 0123
            Description-en: does another
             At length.

            Package: again
            Description: does one thing
             It does it well.
             .
             And fast.
            """;
        assertEquals(List.of("does one thing It does it well. And fast.", "does another At length."), parsed(control));
    }

    @Test
    public void samplesHaveAFixedSeed() {
        Texts texts = new Texts("numbers", IntStream.range(0, 100).mapToObj(Integer::toString).toList());
        assertEquals(texts.sample(10), texts.sample(10));
        assertEquals(10, texts.sample(10).all().size());
        assertNotEquals(texts.all().subList(0, 10), texts.sample(10).all());
        // A larger sample begins with the smaller one.
        assertEquals(texts.sample(10).all(), texts.sample(50).all().subList(0, 10));
        assertEquals(100, texts.sample(1_000).all().size());
    }

    private static List<String> parsed(String text) throws IOException {
        return List.copyOf(Texts.parse(new BufferedReader(new StringReader(text))));
    }
}
