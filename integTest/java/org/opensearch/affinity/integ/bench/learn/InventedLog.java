package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.train.LogScan.LoggedEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A log of invented users, which is computed while it is read, and so takes no memory. A hundred thousand items lie in 400 groups. A
 * user likes three groups; of each four events in a row, most are of one of them and the others of any. Groups and items within a group are
 * popular by Zipf's law. Users have five events and a geometric number of more, 25 on average, spread evenly over the time of the log. The
 * newest events of some users are left out, to be found.
 */
final class InventedLog implements BehaviourLog {
    private static final int GROUPS = 400;
    private static final int ITEMS_PER_GROUP = 250;
    private static final int MIN_EVENTS = 5;
    private static final double MORE_EVENTS = 20;
    private static final double[] LIKED = { 0.4, 0.6, 0.7 };
    private static final int EVENTS_IN_A_ROW = 4;
    /** The log is read in so many parts, in the order of time. */
    private static final int PARTS = 100;
    private static final long PART_MILLIS = 86_400_000;
    private static final long BEGIN = 1_767_225_600_000L;
    private static final int MOST_TESTED = 5_000;

    private final long wanted;
    private final int users;
    private final int testedEvery;
    private final long size;

    /** @param events number of events to generate, about 25 more at most; with those that are left out */
    InventedLog(long events) {
        wanted = events;
        long all = 0;
        int count = 0;
        while (all < events) {
            all += events(count++);
        }
        users = count;
        testedEvery = Math.ceilDiv(users, MOST_TESTED);
        size = all - Math.ceilDiv(users, testedEvery);
    }

    /** A uniform number from 0 to 1, exclusive, which depends on the arguments alone (SplitMix64). */
    private static double draw(int user, int event, int use) {
        long z = ((long) user << 32 | (long) event << 4 | use) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
    }

    private static int events(int user) {
        return MIN_EVENTS + (int) (-MORE_EVENTS * Math.log(1 - draw(user, 0, 0)));
    }

    /** The item of a user's event. */
    private static String item(int user, int event) {
        double kind = draw(user, event / EVENTS_IN_A_ROW, 1);
        int liked = 0;
        while (liked < LIKED.length && kind >= LIKED[liked]) {
            liked++;
        }
        int group = liked < LIKED.length ? group(draw(user, liked, 2)) : group(draw(user, event, 3));
        // Log-uniform ranks: the continuous form of Zipf's law with exponent 1.
        int rank = (int) Math.expm1(draw(user, event, 4) * Math.log1p(ITEMS_PER_GROUP));
        return "i" + (group * ITEMS_PER_GROUP + Math.min(rank, ITEMS_PER_GROUP - 1));
    }

    /** Groups by Zipf's law with exponent a half. */
    private static int group(double drawn) {
        return (int) (GROUPS * drawn * drawn);
    }

    private boolean isTested(int user) {
        return user % testedEvery == 0;
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "generated-%d", wanted);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean ordered() {
        return true;
    }

    @Override
    public void read(Consumer<LoggedEvent> into) {
        for (int part = 0; part < PARTS; part++) {
            for (int user = 0; user < users; user++) {
                int events = events(user);
                int last = isTested(user) ? events - 1 : events;
                String name = "u" + user;
                for (int event = events * part / PARTS; event < Math.min(last, events * (part + 1) / PARTS); event++) {
                    into.accept(new LoggedEvent(name, item(user, event), 1, BEGIN + PART_MILLIS * PARTS * event / events, null));
                }
            }
        }
    }

    @Override
    public List<NextItems> next() {
        List<NextItems> next = new ArrayList<>();
        for (int user = 0; user < users; user += testedEvery) {
            List<String> history = new ArrayList<>();
            int last = events(user) - 1;
            for (int event = 0; event < last; event++) {
                history.add(item(user, event));
            }
            if (history.contains(item(user, last)) == false) {
                next.add(new NextItems(history, List.of(item(user, last))));
            }
        }
        return next;
    }
}
