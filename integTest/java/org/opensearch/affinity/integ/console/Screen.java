package org.opensearch.affinity.integ.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Output for people. On a terminal the progress of a step rewrites one line; elsewhere it is printed every ten seconds. There is colour
 * on a terminal only, and none when the environment variable NO_COLOR is set.
 */
public final class Screen {
    private static final int NARROWEST = 80;
    private static final int WIDEST = 112;

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colour;
    private final int width;

    /** @param width columns; brought into the range of widths that tables support */
    public Screen(PrintStream out, boolean terminal, boolean colour, int width) {
        this.out = out;
        this.terminal = terminal;
        this.colour = colour;
        this.width = Math.clamp(width, NARROWEST, WIDEST);
    }

    /** Standard output. The system property {@code affinity.terminal} is the number of columns of the terminal, 0 for none. */
    public static Screen standard() {
        int columns = Integer.getInteger("affinity.terminal", 0);
        String noColor = System.getenv("NO_COLOR");
        boolean colour = columns > 0 && (noColor == null || noColor.isEmpty());
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        return new Screen(out, columns > 0, colour, columns > 0 ? columns : WIDEST);
    }

    /** Starts a step. Nothing else may be printed until it is done or closed. */
    public Step step(String title) {
        return new Step(this, title);
    }

    /** Prints one line or several. */
    public void print(String text) {
        out.println(text);
    }

    /** Columns that a line may take. */
    public int width() {
        return width;
    }

    PrintStream out() {
        return out;
    }

    boolean coloured() {
        return colour;
    }

    boolean terminal() {
        return terminal;
    }

    /** Replaces the current line and leaves the cursor in it. */
    void rewrite(String line) {
        String shown = line.length() < width ? line : line.substring(0, width - 1);
        out.print("\r\u001b[2K" + shown);
        out.flush();
    }

    /** Clears a rewritten line. */
    void wipe() {
        if (terminal) {
            out.print("\r\u001b[2K");
            out.flush();
        }
    }

    public String bold(String text) {
        return paint("1", text);
    }

    public String dim(String text) {
        return paint("2", text);
    }

    public String good(String text) {
        return paint("32", text);
    }

    public String bad(String text) {
        return paint("31", text);
    }

    public String accent(String text) {
        return paint("36", text);
    }

    private String paint(String code, String text) {
        return colour && text.isEmpty() == false ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
