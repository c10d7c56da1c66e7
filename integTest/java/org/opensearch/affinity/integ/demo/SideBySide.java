package org.opensearch.affinity.integ.demo;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import org.opensearch.affinity.integ.cluster.KnownUser;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Reason;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A {@link Showing} as a table: a column for nobody and one for each user, the best hits below one another, with the reasons. */
public final class SideBySide {
    private static final Character[] BORDERS = {
        '╭', '─', '┬', '╮', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', '├', '─', '┼', '┤', null, null, null, null, null, null, null, '╰', '─', '┴', '╯' };
    private static final int RANK_COLUMN = 4;
    private static final int MOST_TASTES = 3;

    private final Screen screen;
    private final Showing showing;
    private final int rows;
    private final int cell;

    /** @param rows how many hits to show at most */
    public SideBySide(Screen screen, Showing showing, int rows) {
        this.screen = screen;
        this.showing = showing;
        this.rows = Math.min(rows, showing.nobody().size());
        int columns = showing.viewers().size() + 1;
        this.cell = (screen.width() - RANK_COLUMN - columns * 3 - 2) / columns;
    }

    @Override
    public String toString() {
        List<String[]> cells = IntStream.range(0, rows).mapToObj(this::row).toList();
        List<Column> columns = new ArrayList<>();
        columns.add(column("#", 0));
        columns.add(column(heading("nobody", "without a user: BM25 alone"), 1));
        for (Showing.Viewer viewer : showing.viewers()) {
            columns.add(column(heading(viewer.user()), columns.size()));
        }
        return AsciiTable.builder()
            .border(BORDERS)
            .lineSeparator("\n")
            .styler(new TableStyle(screen))
            .data(columns.toArray(Column[]::new), cells.toArray(String[][]::new))
            .asString();
    }

    private Column column(String heading, int number) {
        int width = number == 0 ? RANK_COLUMN - 2 : cell;
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT).minWidth(width + 2).maxWidth(width + 2);
    }

    private String[] row(int row) {
        List<String> cells = new ArrayList<>();
        cells.add(Integer.toString(row + 1));
        cells.add(row < showing.nobody().size() ? text(showing.nobody().get(row), row, null) : "");
        for (Showing.Viewer viewer : showing.viewers()) {
            cells.add(row < viewer.hits().size() ? text(viewer.hits().get(row), row, viewer.user()) : "");
        }
        return cells.toArray(String[]::new);
    }

    /** Title, category, how the score came about, and the reason in words. */
    private String text(Hit hit, int row, KnownUser user) {
        List<String> lines = new ArrayList<>(List.of(cut(hit.title()), cut(shelf(hit.category()))));
        int before = showing.rankForNobody(hit.id());
        if (user == null || before == 0) {
            lines.add(score(hit.score()));
        } else {
            double relevance = showing.nobody().get(before - 1).score();
            lines.add(score(relevance) + " × " + score(hit.score() / relevance) + " = " + score(hit.score()) + moved(before - (row + 1)));
        }
        if (user != null) {
            lines.add(cut(reason(hit, user)));
        }
        return String.join("\n", lines);
    }

    /** The interest that adds most to the hit's affinity, and the aversion that takes most from it. */
    private static String reason(Hit hit, KnownUser user) {
        String liked = hit.liked().map(reason -> "♥ " + words(reason, user)).orElse("");
        String disliked = hit.disliked().map(reason -> "✗ " + words(reason, user)).orElse("");
        return (liked + " " + disliked).strip();
    }

    /** The label, or the words of the profile where the node has none. */
    private static String words(Reason reason, KnownUser user) {
        return reason.label().isEmpty() ? user.taste(reason.number()).map(KnownUser.Taste::words).orElse("") : reason.label();
    }

    private static String moved(int up) {
        return up == 0 ? "" : up > 0 ? "  ▲" + up : "  ▼" + -up;
    }

    private String heading(KnownUser user) {
        String tastes = user.tastes()
            .stream()
            .filter(taste -> taste.weight() > 0)
            .sorted(Comparator.comparingDouble(KnownUser.Taste::share).reversed())
            .limit(MOST_TASTES)
            .map(taste -> cut(Math.round(100 * taste.share()) + " % " + taste.words()))
            .reduce((a, b) -> a + "\n" + b)
            .orElse("no interests yet");
        return heading(user.user() + " · " + String.format(Locale.ROOT, "%,d events", user.events()), tastes);
    }

    private String heading(String name, String below) {
        return cut(name) + "\n" + below;
    }

    private static String score(double score) {
        return String.format(Locale.ROOT, "%.2f", score);
    }

    /** The last two steps of a category path. */
    private static String shelf(String category) {
        String[] steps = category.split(" > ");
        return steps.length <= 2 ? String.join(" › ", steps) : steps[steps.length - 2] + " › " + steps[steps.length - 1];
    }

    private String cut(String text) {
        return text.length() <= cell ? text : text.substring(0, cell - 1).stripTrailing() + "…";
    }
}
