package org.opensearch.affinity.integ.demo;

import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.Styler;
import org.opensearch.affinity.integ.console.Screen;

import java.util.ArrayList;
import java.util.List;

/** Colours the lines of a {@link ComparisonTable}, after its text is laid out. */
final class TableStyle implements Styler {
    private final Screen screen;

    TableStyle(Screen screen) {
        this.screen = screen;
    }

    @Override
    public List<String> styleHeader(Column column, int col, List<String> lines) {
        return eachLine(lines, (number, line) -> number == 0 ? screen.bold(line) : screen.accent(line));
    }

    @Override
    public List<String> styleCell(Column column, int row, int col, List<String> lines) {
        return eachLine(lines, (number, line) -> switch (number) {
            case 0 -> screen.bold(line);
            case 1 -> screen.dim(line);
            case 2 -> line.contains("▲") ? screen.good(line) : line.contains("▼") ? screen.bad(line) : line;
            default -> screen.accent(line);
        });
    }

    private interface Paint {
        String line(int number, String text);
    }

    private static List<String> eachLine(List<String> lines, Paint paint) {
        List<String> painted = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            painted.add(paint.line(i, lines.get(i)));
        }
        return painted;
    }
}
