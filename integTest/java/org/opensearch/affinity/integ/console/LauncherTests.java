package org.opensearch.affinity.integ.console;

import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

public class LauncherTests {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream usualErr = System.err;
    private final Toy toy = new Toy();

    @Command(name = "./toys", description = "Some toys.")
    private static final class Toys {
        @Option(names = "--help", usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
        private boolean help;
    }

    @Command(name = "toy", description = "A toy.")
    private static final class Toy implements Program {
        @Parameters(arity = "0..1", description = "A file to play with.")
        private Path file;

        private IOException missing;
        private IOException broken;
        private boolean needsBuild = true;
        private boolean called;

        @Override
        public void check() {}

        @Override
        public void checkMachine() throws IOException {
            if (missing != null) {
                throw missing;
            }
        }

        @Override
        public boolean needsBuild() {
            return needsBuild;
        }

        @Override
        public Integer call() throws IOException {
            called = true;
            if (broken != null) {
                throw broken;
            }
            return 0;
        }
    }

    @Before
    public void captureErrors() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @After
    public void restore() {
        System.setErr(usualErr);
        System.clearProperty(Launcher.STALE);
        System.clearProperty(Launcher.CALLER);
    }

    private int run(String... arguments) {
        Screen screen = new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 100);
        return new Launcher(screen, "NO_SUCH_VARIABLE").run(new CommandLine(new Toys()).addSubcommand(toy), arguments);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    public void programRuns() {
        System.setProperty(Launcher.CALLER, "/home/caller");
        assertEquals(0, run("toy", "some/file"));
        assertTrue(toy.called);
        assertEquals("from the caller's folder", Path.of("/home/caller/some/file"), toy.file);
        assertThat(output(), containsString("JDK " + Runtime.version().feature()));
        assertEquals(0, run("toy", "/some/file"));
        assertEquals(Path.of("/some/file"), toy.file);
    }

    @Test
    public void failuresAreMessages() {
        toy.broken = new IOException("the toy is broken");
        assertEquals(1, run("toy"));
        assertEquals(" ✘ the toy is broken\n", errors());
        toy.missing = new IOException("no batteries");
        toy.called = false;
        assertEquals(1, run("toy"));
        assertFalse(toy.called);
        assertThat(errors(), containsString(" ✘ no batteries\n"));
    }

    @Test
    public void wrongOptionsAreRefused() {
        assertEquals(1, run("toy", "--colour", "red"));
        assertThat(errors(), containsString("'--colour'"));
        assertThat(errors(), containsString("./toys toy --help lists the options"));
        assertEquals(1, run("car"));
        assertThat(errors(), containsString("'car'"));
        assertFalse(toy.called);
    }

    @Test
    public void helpNeedsNoMachine() {
        toy.missing = new IOException("no batteries");
        assertEquals(0, run("--help"));
        assertThat(output(), containsString("Some toys."));
        assertEquals(0, run("toy", "--help"));
        assertThat(output(), containsString("A file to play with."));
        assertEquals("without a command", 2, run());
    }

    @Test
    public void oldClassesAnswerWhatNeedsNoBuild() {
        System.setProperty(Launcher.STALE, "sources");
        assertEquals(Launcher.BUILD_FIRST, run("toy"));
        assertFalse(toy.called);
        assertEquals(0, run("toy", "--help"));
        assertEquals(2, run());
        assertEquals(Launcher.REFUSED, run("toy", "--colour", "red"));
        toy.needsBuild = false;
        assertEquals(0, run("toy"));
        assertTrue(toy.called);
        toy.needsBuild = true;
        toy.missing = new IOException("no batteries");
        assertEquals(Launcher.REFUSED, run("toy"));
    }

    @Test
    public void changedOptionsAreBuiltBeforeTheyAreRefused() {
        System.setProperty(Launcher.STALE, "options");
        assertEquals(Launcher.BUILD_FIRST, run("toy", "--colour", "red"));
        assertEquals("", errors());
        assertEquals(0, run("toy", "--help"));
    }

    /** Ends with its argument as status, if it has the heap that the test gave it. */
    public static final class Main {
        public static void main(String[] arguments) {
            boolean asAsked = Runtime.getRuntime().maxMemory() < 80 << 20 && OwnJvm.isThis();
            System.exit(asAsked ? Integer.parseInt(arguments[0]) : 1);
        }
    }

    @Test
    public void otherJvmHasOptionsAndReturnsItsStatus() throws Exception {
        assertEquals(7, OwnJvm.run(List.of("-Xms16m", "-Xmx64m", "--add-modules=jdk.incubator.vector"), Main.class, "7"));
        assertEquals("Java's warning about the module is left out", "", errors());
        assertFalse(OwnJvm.isThis());
    }
}
