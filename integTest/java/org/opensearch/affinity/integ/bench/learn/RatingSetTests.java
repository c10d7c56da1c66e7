package org.opensearch.affinity.integ.bench.learn;

import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.learn.rating.HeldOutRatings;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class RatingSetTests {
    @Rule
    public final RatedFolder folder = new RatedFolder();

    @Test
    public void theNewestRatingOfEachUserIsTheTest() throws IOException {
        folder.write("items", "{\"item_id\":\"a\"}");
        // Events are not ordered by time, u rated a twice, w rated too few items, and a view has no rating.
        folder.write("events-train", RatedFolder.rated("u", "c", 3, 3), RatedFolder.rated("u", "a", 1, 1), RatedFolder.viewed("v", "a", 1),
            RatedFolder.rated("w", "a", 5, 1));
        folder.write("events-valid", RatedFolder.rated("u", "b", 2, 2), RatedFolder.rated("u", "a", 4.5, 4),
            RatedFolder.rated("w", "c", 5, 2));
        RatingSet set = folder.open().orElseThrow();
        assertEquals("newest", set.split());
        assertEquals("b of u, and all of w", 3, set.valid().known().size());
        assertEquals(List.of("0:0=3.0"), asked(set.valid()));
        assertEquals("items are numbered by their first event: c, then a", List.of("0:1=4.5"), asked(set.test()));
        assertEquals("the ratings of valid are known", 4, set.test().known().size());
    }

    @Test
    public void setsWithATestFile() throws IOException {
        folder.write("items", "{\"item_id\":\"a\"}");
        folder.write("events-train", RatedFolder.rated("u", "a", 1, 1), RatedFolder.rated("u", "a", 2, 3));
        folder.write("events-valid", RatedFolder.rated("u", "b", 3, 2));
        folder.write("ratings-test", RatedFolder.rated("w", "b", 4, 9), RatedFolder.rated("u", "c", 5, 1),
            RatedFolder.rated("w", "a", 0, 1));
        RatingSet set = folder.open().orElseThrow();
        assertEquals("ratings-test", set.split());
        assertArrayEquals("the newest rating of an item", new float[] { 2 }, set.valid().known().of(0).ratings(), 0);
        assertEquals("an item of the test alone is counted too", 3, set.valid().known().items());
        assertEquals(List.of("0:1=3.0"), asked(set.valid()));
        assertEquals("by user", List.of("0:2=5.0", "1:1=4.0", "1:0=0.0"), asked(set.test()));
        assertArrayEquals("b was rated before a was again", new float[] { 3, 2 }, set.test().known().of(0).ratings(), 0);
        assertArrayEquals("sums over users", new double[] { 1, 5 }, RatingResult.byUser(set.test().asked(), new double[] { 1, 2, 3 }), 0);
        Files.delete(folder.path().resolve("events-valid.jsonl.gz"));
        assertThat(assertThrows(IOException.class, folder::open).getMessage(), containsString("no ratings in events-valid.jsonl.gz"));
    }

    @Test
    public void setsWithoutRatings() throws IOException {
        folder.write("items", "{\"item_id\":\"a\"}");
        folder.write("events-train", RatedFolder.viewed("u", "a", 1));
        assertEquals(Optional.empty(), folder.open());
        folder.write("events-train", RatedFolder.rated("u", "a", 1, 1), RatedFolder.rated("u", "b", 1, 2));
        assertEquals("two ratings are too few", Optional.empty(), folder.open());
        Files.createFile(folder.path().resolve("train.txt.gz"));
        assertEquals("lists", Optional.empty(), folder.open());
    }

    private static List<String> asked(HeldOutRatings held) {
        return held.asked().stream().map(RatingSetTests::words).toList();
    }

    private static String words(HeldOutRatings.Rating one) {
        return one.user() + ":" + one.item() + "=" + one.given();
    }
}
