package org.opensearch.affinity.train.sample;

import org.opensearch.affinity.learn.InteractionList;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.stream.IntStream;

public class UserSampleTests extends OpenSearchTestCase {
    private static final int USERS = 20_000;

    private static String[] names() {
        return IntStream.range(0, USERS).mapToObj(i -> "user-" + i).toArray(String[]::new);
    }

    /** User i has 1 + i % 9 events. */
    private static InteractionList events() {
        InteractionList list = new InteractionList();
        for (int user = 0; user < USERS; user++) {
            for (int i = 0; i <= user % 9; i++) {
                list.add(user, i, 1, i, 0, Float.NaN);
            }
        }
        return list;
    }

    private static int[] sizes(InteractionList list) {
        int[] sizes = new int[USERS];
        for (int i = 0; i < list.size(); i++) {
            sizes[list.user(i)]++;
        }
        return sizes;
    }

    public void testAllBelongAtFirst() {
        UserSample sample = new UserSample();
        assertFalse(sample.isPart());
        assertEquals(1, sample.usersFraction(), 0);
        assertTrue(sample.includes("ann", 1) && sample.includesAll("ann"));
        InteractionList list = events();
        int size = list.size();
        sample.shrink(list, names(), size);
        assertFalse(sample.isPart());
        assertEquals(size, list.size());
    }

    public void testSampleIsUniform() {
        UserSample sample = new UserSample();
        InteractionList list = events();
        int max = list.size() / 4;
        sample.shrink(list, names(), max);
        assertTrue(sample.isPart());
        assertEquals(0.25, sample.usersFraction(), 0.01);
        int[] sizes = sizes(list);
        assertEquals(0.25, Arrays.stream(sizes).filter(size -> size > 0).count() / (double) USERS, 0.01);
        // Of each tenth of the users, and of those with few and many events, about a quarter.
        for (int tenth = 0; tenth < 10; tenth++) {
            int from = tenth * USERS / 10;
            assertEquals(0.25, IntStream.range(from, from + USERS / 10).filter(user -> sizes[user] > 0).count() / (USERS / 10.0), 0.04);
        }
        for (int more = 0; more < 9; more++) {
            int rest = more;
            long kept = IntStream.range(0, USERS).filter(user -> user % 9 == rest && sizes[user] > 0).count();
            assertEquals(0.25, kept / (USERS / 9.0), 0.04);
        }
    }

    public void testWholeUsersAsManyAsFit() {
        UserSample sample = new UserSample();
        InteractionList list = events();
        sample.shrink(list, names(), 30_000);
        assertTrue("the next user has at most nine: " + list.size(), list.size() <= 30_000 && list.size() > 30_000 - 9);
        int[] sizes = sizes(list);
        for (int user = 0; user < USERS; user++) {
            assertEquals(sample.includesAll("user-" + user) ? 1 + user % 9 : 0, sizes[user]);
        }
    }

    public void testShrinkingTwiceIsShrinkingOnce() {
        InteractionList once = events();
        new UserSample().shrink(once, names(), 10_000);
        InteractionList twice = events();
        UserSample sample = new UserSample();
        sample.shrink(twice, names(), 50_000);
        sample.shrink(twice, names(), 10_000);
        assertArrayEquals(sizes(once), sizes(twice));
    }
}
