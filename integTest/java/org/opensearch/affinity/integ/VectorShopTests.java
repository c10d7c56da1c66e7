package org.opensearch.affinity.integ;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.Test;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class VectorShopTests {
    @Test
    public void likedItemsAreClusters() {
        for (int number = 0; number < VectorShop.CLUSTERED; number++) {
            int cluster = number / 5;
            float[] item = floats(VectorShop.vector(number));
            // Interests absorb items from a cosine of 0.7 on: well above within a cluster, well below between two.
            assertTrue(Likeness.cosine(item, floats(VectorShop.liked(cluster / 4, cluster % 4))) > 0.85);
            assertTrue(Likeness.cosine(item, floats(VectorShop.vector((number + 5) % VectorShop.CLUSTERED))) < 0.4);
        }
    }

    @Test
    public void everyUserActsOnFourClusters() {
        List<BulkFeed.Document> log = new VectorShop(1000).log().toList();
        assertEquals(VectorShop.CLUSTERED, log.size());
        long ofOne = log.stream().filter(event -> event.source().path("user_id").asText().equals(VectorShop.user(19))).count();
        assertEquals(4 * 5, ofOne);
    }

    @Test
    public void sharesMakeTheWholeAndLargerShopsBeginAlike() {
        List<String> fields = List.of("a", "b");
        List<String> even = new VectorShop(500).items(0, 2, fields).map(BulkFeed.Document::id).toList();
        List<String> odd = new VectorShop(500).items(1, 2, fields).map(BulkFeed.Document::id).toList();
        assertEquals(250, even.size());
        assertEquals(List.of("item-1", "item-3"), odd.subList(0, 2));
        String one = new VectorShop(500).items(450, 500, fields).findFirst().orElseThrow().source().toString();
        assertEquals(one, new VectorShop(5_000).items(450, 5_000, fields).findFirst().orElseThrow().source().toString());
        assertTrue(one, one.contains("\"a\":" + VectorShop.json(VectorShop.vector(450))));
    }

    @Test
    public void queriesFindFarMoreThanAWindow() {
        List<String> titles = new VectorShop(20_000).items(0, 1, List.of()).map(item -> " " + item.source().path("title").asText() + " ").toList();
        for (int query = 0; query < 20; query++) {
            String[] words = VectorShop.query(query).split(" ");
            long found = titles.stream().filter(title -> has(title, words[0]) || has(title, words[1])).count();
            assertTrue(words[0] + " " + words[1] + ": " + found, found > 2_000 && found < 8_000);
        }
        assertTrue(titles.stream().filter(title -> has(title, "w0")).count() > 5 * titles.stream().filter(title -> has(title, "w199")).count());
    }

    private static boolean has(String title, String word) {
        return title.contains(" " + word + " ");
    }

    @Test
    public void queriesAreOfTwoWords() {
        for (int query = 0; query < 1_000; query++) {
            assertEquals(2, Set.of(VectorShop.query(query).split(" ")).size());
        }
    }

    @Test
    public void tooSmallAShop() {
        assertThrows(IllegalArgumentException.class, () -> new VectorShop(VectorShop.CLUSTERED - 1));
    }

    private static float[] floats(int[] vector) {
        float[] floats = new float[vector.length];
        IntStream.range(0, vector.length).forEach(i -> floats[i] = vector[i]);
        return floats;
    }
}
