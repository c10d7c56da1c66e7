package org.opensearch.affinity.integ.demo;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Reason;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A {@link SearchComparison} as a table: a column without a user and one for each user, with score, change of rank and reason. */
public final class ComparisonTable {
    private static final Character[] BORDERS = {
        '╭', '─', '┬', '╮', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', '├', '─', '┼', '┤', null, null, null, null, null, null, null,
            '╰', '─', '┴', '╯' };
    private static final int RANK_WIDTH = 2;
    /** Border and blanks of a column. */
    private static final int PADDING = 3;
    private static final int MOST_INTERESTS = 3;

    private final Screen screen;
    private final SearchComparison comparison;
    private final int rows;
    private final int cellWidth;

    /** @param rows how many hits to show at most */
    public ComparisonTable(Screen screen, SearchComparison comparison, int rows) {
        this.screen = screen;
        this.comparison = comparison;
        this.rows = Math.min(rows, comparison.plain().size());
        int columns = comparison.users().size() + 1;
        this.cellWidth = (screen.width() - RANK_WIDTH - (columns + 1) * PADDING - 1) / columns;
    }

    @Override
    public String toString() {
        List<String[]> cells = IntStream.range(0, rows).mapToObj(this::row).toList();
        List<Column> columns = new ArrayList<>();
        columns.add(column("#", RANK_WIDTH));
        columns.add(column("not personalised\nwithout a user", cellWidth));
        for (SearchComparison.Personalised personalised : comparison.users()) {
            columns.add(column(heading(personalised.user()), cellWidth));
        }
        return AsciiTable.builder()
            .border(BORDERS)
            .lineSeparator("\n")
            .styler(new TableStyle(screen))
            .data(columns.toArray(Column[]::new), cells.toArray(String[][]::new))
            .asString();
    }

    private static Column column(String heading, int width) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT).minWidth(width + 2)
            .maxWidth(width + 2);
    }

    private String[] row(int row) {
        List<String> cells = new ArrayList<>();
        cells.add(Integer.toString(row + 1));
        cells.add(cell(comparison.plain().get(row), row, null));
        for (SearchComparison.Personalised personalised : comparison.users()) {
            cells.add(row < personalised.hits().size() ? cell(personalised.hits().get(row), row, personalised.user()) : "");
        }
        return cells.toArray(String[]::new);
    }

    /**
     * Title, category, score and reason of a hit.
     *
     * @param user null in the column without a user
     */
    private String cell(Hit hit, int row, UserProfile user) {
        List<String> lines = new ArrayList<>(List.of(cut(hit.title()), cut(lastSteps(hit.category()))));
        int plainRank = comparison.plainRank(hit.id());
        if (user == null || plainRank == 0) {
            lines.add(score(hit.score()));
        } else {
            double relevance = comparison.plain().get(plainRank - 1).score();
            lines.add(score(relevance) + " × " + score(hit.score() / relevance) + " = " + score(hit.score())
                + moved(plainRank - (row + 1)));
        }
        if (user != null) {
            lines.add(cut(reason(hit, user)));
        }
        return String.join("\n", lines);
    }

    /** The interest that adds most to the hit's affinity, and the aversion that takes most from it. */
    private static String reason(Hit hit, UserProfile user) {
        String liked = hit.liked().map(reason -> "♥ " + words(reason, user)).orElse("");
        String disliked = hit.disliked().map(reason -> "✗ " + words(reason, user)).orElse("");
        return (liked + " " + disliked).strip();
    }

    /** The label, or the words of the profile where the search has none. */
    private static String words(Reason reason, UserProfile user) {
        return reason.label().isEmpty() ? user.interest(reason.number()).map(UserProfile.Interest::words).orElse("") : reason.label();
    }

    private static String moved(int up) {
        return up == 0 ? "" : up > 0 ? "  ▲" + up : "  ▼" + -up;
    }

    private String heading(UserProfile user) {
        String interests = user.interests()
            .stream()
            .filter(interest -> interest.weight() > 0)
            .sorted(Comparator.comparingDouble(UserProfile.Interest::share).reversed())
            .limit(MOST_INTERESTS)
            .map(interest -> cut(Math.round(100 * interest.share()) + " % " + interest.words()))
            .reduce((a, b) -> a + "\n" + b)
            .orElse("no interests yet");
        return cut(user.user() + " · " + String.format(Locale.ROOT, "%,d events", user.events())) + "\n" + interests;
    }

    private static String score(double score) {
        return String.format(Locale.ROOT, "%.2f", score);
    }

    /** The last two steps of a category path. */
    private static String lastSteps(String category) {
        String[] steps = category.split(" > ");
        return steps.length <= 2 ? String.join(" › ", steps) : steps[steps.length - 2] + " › " + steps[steps.length - 1];
    }

    private String cut(String text) {
        return text.length() <= cellWidth ? text : text.substring(0, cellWidth - 1).stripTrailing() + "…";
    }
}
