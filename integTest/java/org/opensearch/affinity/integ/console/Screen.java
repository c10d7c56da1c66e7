package org.opensearch.affinity.integ.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a person sees. On a terminal a running step rewrites one line; elsewhere it says where it is every ten seconds.
 * Colour only on a terminal, and not when NO_COLOR is set.
 */
public final class Screen {
    private static final int NARROWEST = 80;
    private static final int WIDEST = 112;

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colour;
    private final int width;

    public Screen(PrintStream out, boolean terminal, boolean colour, int width) {
        this.out = out;
        this.terminal = terminal;
        this.colour = colour;
        this.width = Math.clamp(width, NARROWEST, WIDEST);
    }

    /** Standard output; the starting script tells in {@code affinity.terminal} how many columns its terminal has, 0 for none. */
    public static Screen standard() {
        int columns = Integer.getInteger("affinity.terminal", 0);
        String noColor = System.getenv("NO_COLOR");
        boolean colour = columns > 0 && (noColor == null || noColor.isEmpty());
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        return new Screen(out, columns > 0, colour, columns > 0 ? columns : WIDEST);
    }

    /** Starts a step; nothing else may be printed until it is over. */
    public Step step(String title) {
        return new Step(this, title);
    }

    /** One line, or several. */
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

    /** Replaces the line that the cursor is on; the cursor stays there. */
    void rewrite(String line) {
        String shown = line.length() < width ? line : line.substring(0, width - 1);
        out.print("\r\u001b[2K" + shown);
        out.flush();
    }

    /** Leaves nothing of a rewritten line. */
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
