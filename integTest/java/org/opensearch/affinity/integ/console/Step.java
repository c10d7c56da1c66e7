package org.opensearch.affinity.integ.console;

import java.time.Duration;
import java.util.Locale;

/**
 * One step of a long program: shows its progress and the time it takes. Closing a step that is not done marks it as failed.
 * Any thread may report progress.
 */
public final class Step implements AutoCloseable {
    private static final String[] SPINNER = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };
    private static final long TICK_MILLIS = 120;
    private static final long PLAIN_MILLIS = 10_000;
    private static final int BAR = 24;

    private final Screen screen;
    private final String title;
    private final long begin = System.nanoTime();
    private final Thread ticker = new Thread(this::tick, "progress");
    private volatile String state = "";
    private volatile boolean over;

    Step(Screen screen, String title) {
        this.screen = screen;
        this.title = title;
        ticker.setDaemon(true);
        ticker.start();
    }

    /** Sets the state that is shown. */
    public void now(String state) {
        this.state = state;
    }

    /** Sets the progress, which is shown with rate and remaining time. */
    public void at(long done, long total, String unit) {
        double seconds = seconds();
        double rate = seconds > 0 ? done / seconds : 0;
        int filled = total == 0 ? BAR : (int) (BAR * Math.min(done, total) / total);
        String left = done > 0 && done < total ? "  " + span((total - done) / rate) + " left" : "";
        state = "━".repeat(filled) + "╌".repeat(BAR - filled)
            + String.format(Locale.ROOT, "  %,d of %,d %s  %s/s%s", done, total, unit, rate(rate), left);
    }

    /** Ends the step successfully and prints a result with the time it took. */
    public void done(String result) {
        end();
        screen.print(screen.good(" ✔ ") + result + screen.dim("  " + span(seconds())));
    }

    /** Elapsed time of the step, in seconds. */
    public double seconds() {
        return Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
    }

    @Override
    public void close() {
        if (over == false) {
            end();
            screen.print(screen.bad(" ✘ ") + title);
        }
    }

    /** A rate with one decimal below 10, else none. */
    public static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%,.1f" : "%,.0f", perSecond);
    }

    /** A time as text, such as {@code 1 min 5 s}. */
    public static String span(double seconds) {
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }

    private void end() {
        over = true;
        ticker.interrupt();
        try {
            ticker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        screen.wipe();
    }

    private void tick() {
        long pause = screen.terminal() ? TICK_MILLIS : PLAIN_MILLIS;
        for (int i = 0; over == false; i++) {
            if (screen.terminal()) {
                screen.rewrite(" " + SPINNER[i % SPINNER.length] + " " + title + "  " + state);
            } else if (i > 0) {
                screen.print(" … " + title + "  " + state + "  (" + span(seconds()) + ")");
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
