package org.opensearch.affinity.integ.bench.rescore;

import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.data.CosineSimilarity;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class SyntheticShopTests {
    private static final List<Integer> FOUR = List.of(4);

    @Test
    public void likedItemsAreClusters() {
        SyntheticShop shop = new SyntheticShop(1_000, List.of(4, 1));
        int number = 0;
        for (Shopper shopper : shop.shoppers()) {
            for (int i = 0; i < 5 * shopper.interests(); i++, number++) {
                float[] item = floats(shop.vector(number));
                // Interests absorb items from a cosine of 0.7 on: well above within a cluster, well below between two.
                assertTrue(CosineSimilarity.of(item, floats(SyntheticShop.liked(shopper, i / 5))) > 0.85);
                assertTrue(CosineSimilarity.of(item, floats(shop.vector((number + 5) % 500))) < 0.4);
            }
        }
        assertEquals(SyntheticShop.clustered(List.of(4, 1)), number);
    }

    @Test
    public void usersActOnTheirClusters() {
        SyntheticShop shop = new SyntheticShop(2_000, List.of(4, 1, 8));
        List<SyntheticShop.Action> actions = shop.actions().toList();
        assertEquals(20 * 13 * 5, actions.size());
        for (int interests : shop.interests()) {
            Shopper last = shop.shoppers(interests).get(19);
            List<SyntheticShop.Action> own = actions.stream().filter(action -> action.shopper().equals(last)).toList();
            assertEquals(interests * 5, own.size());
            assertTrue(own.stream()
                .allMatch(action -> action.item() / 5 >= last.firstCluster() && action.item() / 5 < last.firstCluster() + interests));
        }
        assertEquals("no two users act on an item", actions.size(), actions.stream().map(SyntheticShop.Action::item).distinct().count());
        assertEquals("all events have different ids", 30_000 + actions.size(), shop.log().map(BulkFeed.Document::id).distinct().count());
        assertEquals(60, shop.shoppers().stream().map(Shopper::user).distinct().count());
    }

    @Test
    public void partsMakeTheWholeAndLargerShopsBeginAlike() {
        List<String> fields = List.of("a", "b");
        List<String> even = new SyntheticShop(500, FOUR).items(0, 2, fields).map(BulkFeed.Document::id).toList();
        List<String> odd = new SyntheticShop(500, FOUR).items(1, 2, fields).map(BulkFeed.Document::id).toList();
        assertEquals(250, even.size());
        assertEquals(List.of("item-1", "item-3"), odd.subList(0, 2));
        assertEquals(3, SyntheticShop.number(odd.get(1)));
        String one = new SyntheticShop(500, FOUR).items(450, 500, fields).findFirst().orElseThrow().source().toString();
        assertEquals(one, new SyntheticShop(5_000, FOUR).items(450, 5_000, fields).findFirst().orElseThrow().source().toString());
        assertTrue(one, one.contains("\"a\":" + SyntheticShop.json(new SyntheticShop(500, FOUR).vector(450))));
    }

    @Test
    public void queriesFindMoreThanAWindow() {
        List<String> titles = new SyntheticShop(20_000, FOUR).items(0, 1, List.of())
            .map(item -> " " + item.source().path("title").asText() + " ").toList();
        for (int query = 0; query < 20; query++) {
            String[] words = SyntheticShop.query(query).split(" ");
            long found = titles.stream().filter(title -> has(title, words[0]) || has(title, words[1])).count();
            assertTrue(words[0] + " " + words[1] + ": " + found, found > 2_000 && found < 8_000);
        }
        assertTrue(titles.stream().filter(title -> has(title, "w0")).count() > 5 * titles.stream().filter(title -> has(title, "w199"))
            .count());
    }

    private static boolean has(String title, String word) {
        return title.contains(" " + word + " ");
    }

    @Test
    public void queriesHaveTwoWords() {
        for (int query = 0; query < 1_000; query++) {
            assertEquals(2, Set.of(SyntheticShop.query(query).split(" ")).size());
        }
    }

    @Test
    public void tooFewItemsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new SyntheticShop(399, FOUR));
    }

    private static float[] floats(int[] vector) {
        float[] floats = new float[vector.length];
        IntStream.range(0, vector.length).forEach(i -> floats[i] = vector[i]);
        return floats;
    }
}
