package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import org.opensearch.affinity.integ.console.Screen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Checks the targets of rescoring. They are about the central cell with a million documents. */
record RescoreTargets(List<RescoreFigures> measured) {
    static final int WANTED_DOCS = 1_000_000;
    private static final double MOST_ADDED_MS = 1;
    private static final double MOST_P99_RATIO = 2;
    private static final double LEAST_TIMES_SCRIPT = 5;
    private static final double MOST_NEIGHBOURS_MS = 0.5;
    private static final double MOST_PARTS_MS = 0.5;
    private static final double MOST_ALL_PARTS_MS = 1;
    /** Ratio up to which two values count as equal. */
    private static final double FLAT = 1.25;

    /**
     * A target.
     *
     * @param wanted the target as text
     * @param found  the measurement as text
     * @param met    null when it was not measured
     */
    record Target(String wanted, String found, Boolean met) {}

    /** All targets, with what was measured. */
    List<Target> targets() {
        List<RescoreFigures> central = measured.stream()
            .filter(figures -> figures.cell().isCentral())
            .sorted(Comparator.comparingInt(figures -> figures.cell().docs()))
            .toList();
        if (central.isEmpty()) {
            return List.of(new Target("window 1,000, 4 interests, 1 shard, 1 client", "not measured", null));
        }
        RescoreFigures least = central.getFirst();
        RescoreFigures most = central.getLast();
        List<Target> targets = new ArrayList<>();
        targets.add(added(most));
        targets.add(slowest(most));
        targets.add(flat(least, most));
        targets.add(script(most));
        targets.add(neighbours(most));
        targets.add(parts(most));
        targets.add(allParts(most));
        return targets;
    }

    private static Target added(RescoreFigures figures) {
        double added = figures.added(SearchKind.RESCORE);
        double window = figures.added(SearchKind.WINDOW);
        String found = "%.2f ms at %,d documents, of which any rescorer's window %.2f and Affinity %.2f";
        return target("p50 is at most 1 ms above that of BM25 alone", added <= MOST_ADDED_MS, found, added, docs(figures), window,
            added - window);
    }

    private static Target slowest(RescoreFigures figures) {
        double ratio = figures.p99Ratio(SearchKind.RESCORE);
        return target(
            "p99 is at most twice that of BM25 alone", ratio <= MOST_P99_RATIO, "%.2f times at %,d documents, any rescorer's window %.2f",
                ratio,
            docs(figures), figures.p99Ratio(SearchKind.WINDOW)
        );
    }

    private static Target flat(RescoreFigures least, RescoreFigures most) {
        String wanted = "the added time does not depend on the number of documents (up to %.2f times)".formatted(FLAT);
        if (docs(least) == docs(most)) {
            return new Target(wanted, "measured at " + String.format(Locale.ROOT, "%,d", docs(most)) + " documents alone", null);
        }
        double few = least.added(SearchKind.RESCORE);
        double many = most.added(SearchKind.RESCORE);
        double beyondWindow = (many - most.added(SearchKind.WINDOW)) / (few - least.added(SearchKind.WINDOW));
        return target(
            wanted, many <= FLAT * few, "%.2f ms at %,d, %.2f ms at %,d: %.2f times, without the window's part %.2f", few, docs(least),
                many,
            docs(most), many / few, beyondWindow
        );
    }

    private static Target script(RescoreFigures figures) {
        String painless = SearchKind.PAINLESS;
        double ratio = figures.timesAsMuch(painless);
        return target(
            "script_score adds at least 5 times as much", ratio >= LEAST_TIMES_SCRIPT,
            "%.1f times at %,d documents; beyond the window that both need %.1f, of the whole latency %.1f", ratio, docs(figures),
            figures.timesAsMuchBeyondWindow(painless), figures.timesAsLong(painless)
        );
    }

    private static Target neighbours(RescoreFigures figures) {
        double added = figures.added(SearchKind.NEIGHBOURS) - figures.added(SearchKind.RESCORE);
        return target("the signal neighbours adds at most 0.5 ms to that", added <= MOST_NEIGHBOURS_MS, "%.2f ms at %,d documents", added,
            docs(figures));
    }

    private static Target parts(RescoreFigures figures) {
        double added = figures.added(SearchKind.PARTS) - figures.added(SearchKind.NEIGHBOURS);
        return target("the signals graph and factors add at most 0.5 ms to that", added <= MOST_PARTS_MS, "%.2f ms at %,d documents", added,
            docs(figures));
    }

    private static Target allParts(RescoreFigures figures) {
        double added = figures.added(SearchKind.NETWORKS) - figures.added(SearchKind.NEIGHBOURS);
        return target("all parts add at most 1 ms to neighbours alone", added <= MOST_ALL_PARTS_MS, "%.2f ms at %,d documents", added,
            docs(figures));
    }

    private static int docs(RescoreFigures figures) {
        return figures.cell().docs();
    }

    private static Target target(String wanted, boolean met, String found, Object... numbers) {
        return new Target(wanted, String.format(Locale.ROOT, found, numbers), met);
    }

    void write(ArrayNode json) {
        targets().forEach(target -> json.addObject().put("wanted", target.wanted()).put("found", target.found()).put("met", target.met()));
    }

    void print(Screen screen) {
        for (Target target : targets()) {
            String line = target.wanted() + ": " + target.found();
            screen.print(target.met() == null
                ? screen.dim(" – " + line) : target.met() ? screen.good(" ✔ " + line) : screen.bad(" ✘ " + line));
        }
        int most = measured.stream().mapToInt(RescoreTargets::docs).max().orElse(0);
        if (most < WANTED_DOCS) {
            screen.print(screen.dim(String.format(Locale.ROOT, "   the targets are for %,d documents, measured at %,d at most",
                WANTED_DOCS, most)));
        }
    }
}
