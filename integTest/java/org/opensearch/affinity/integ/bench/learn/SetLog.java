package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.train.LogScan.LoggedEvent;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The log and the users of a set's test part. */
record SetLog(LearnSet set) implements BehaviourLog {
    @Override
    public String name() {
        return set.name();
    }

    @Override
    public long size() {
        return set.test().training().size();
    }

    @Override
    public boolean ordered() {
        return set.test().training().ordered();
    }

    @Override
    public void read(Consumer<LoggedEvent> into) {
        InteractionMatrix log = set.test().training();
        for (int user = 0; user < log.users(); user++) {
            for (int i = log.start(user); i < log.end(user); i++) {
                into.accept(new LoggedEvent("u" + user, item(log.item(i)), log.weight(i), ordered() ? i - log.start(user) : 0, null));
            }
        }
    }

    @Override
    public List<NextItems> next() {
        InteractionMatrix log = set.test().training();
        return IntStream.range(0, set.test().users().length).mapToObj(i -> {
            int user = set.test().users()[i];
            List<String> history = IntStream.range(log.start(user), log.end(user)).mapToObj(position -> item(log.item(position))).toList();
            return new NextItems(history, Arrays.stream(set.test().relevant()[i]).mapToObj(SetLog::item).toList());
        }).toList();
    }

    private static String item(int number) {
        return "i" + number;
    }
}
