package org.opensearch.affinity.integ.console;

import org.opensearch.affinity.integ.cluster.RestFailure;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a {@link Program} for the scripts {@code demo} and {@code bench}: parses its arguments, prints help, checks arguments and
 * machine, and turns failures into messages and exit statuses.
 * <p>
 * Before it builds changed sources, a script runs the classes of the last build with the system property {@value #STALE}. They
 * answer what needs no build, such as {@code --help} or a wrong option; for all else the exit status is {@link #BUILD_FIRST}.
 */
public final class Launcher {
    /** System property: the folder that relative paths on the command line start from; the current one by default. */
    public static final String CALLER = "affinity.caller";
    /** System property: {@code options} if the options may have changed since the build, {@code sources} if only other sources have. */
    static final String STALE = "affinity.stale";
    /** Exit status: done. */
    static final int DONE = 0;
    /** Exit status: the arguments are wrong, or the program failed. */
    static final int FAILED = 1;
    /** Exit status: no program was named. */
    static final int NOTHING_ASKED = 2;
    /** Exit status instead of {@link #FAILED} with {@value #STALE}: a build would not change the answer. */
    static final int REFUSED = 3;
    /** Exit status with {@value #STALE}: the program needs a build. */
    static final int BUILD_FIRST = 4;

    private final Screen screen;
    private final String traceVariable;
    private final String stale;

    /** @param traceVariable the environment variable that, when set, shows stack traces of failures */
    public Launcher(Screen screen, String traceVariable) {
        this.screen = screen;
        this.traceVariable = traceVariable;
        this.stale = System.getProperty(STALE, "");
    }

    /**
     * Runs a program and returns the exit status.
     *
     * @param line its command is a {@link Program}, or its subcommands are
     */
    public int run(CommandLine line, String... arguments) {
        line.registerConverter(Path.class, Launcher::ofCaller);
        line.setExecutionStrategy(parsed -> execute(parsed, arguments)).setParameterExceptionHandler((wrong, given) -> refuse(wrong));
        line.setOut(new PrintWriter(screen.out(), true, StandardCharsets.UTF_8));
        line.setColorScheme(Help.defaultColorScheme(screen.coloured() ? Ansi.ON : Ansi.OFF)).setUsageHelpWidth(screen.width());
        return line.execute(arguments);
    }

    /** A command line that parses arguments as {@link #run} does. */
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command).registerConverter(Path.class, Launcher::ofCaller);
    }

    private static Path ofCaller(String path) {
        return Path.of(System.getProperty(CALLER, "")).resolve(path);
    }

    private int execute(ParseResult parsed, String... arguments) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        CommandSpec asked = innermost(parsed).commandSpec();
        if (asked.userObject() instanceof Program program) {
            try {
                return execute(program, parsed.commandSpec().userObject().getClass(), arguments);
            } catch (ParameterException e) {
                return refuse(e);
            } catch (Exception e) {
                return fail(e);
            }
        }
        asked.commandLine().usage(asked.commandLine().getOut());
        return NOTHING_ASKED;
    }

    private int execute(Program program, Class<?> main, String... arguments) throws Exception {
        program.check();
        if (program.needsBuild()) {
            program.checkMachine();
            if (stale.isEmpty() == false) {
                return BUILD_FIRST;
            }
        }
        if (program.needsBuild() && OwnJvm.isThis() == false) {
            screen.print(screen.good(" ✔ ") + "JDK " + Runtime.version().feature() + " in " + System.getProperty("java.home"));
        }
        List<String> options = program.jvmOptions();
        if (options.isEmpty() == false && OwnJvm.isThis() == false) {
            return OwnJvm.run(options, main, arguments);
        }
        return program.call();
    }

    private static ParseResult innermost(ParseResult parsed) {
        return parsed.hasSubcommand() ? innermost(parsed.subcommand()) : parsed;
    }

    private int refuse(ParameterException wrong) {
        if (stale.equals("options")) {
            return BUILD_FIRST;
        }
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
        return fail(wrong, wrong.getMessage() + "; " + command + " --help lists the options");
    }

    private int fail(Exception failure) {
        Throwable cause = failure instanceof UncheckedIOException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause instanceof RestFailure refused ? refused.brief() : cause.getMessage();
        return fail(failure, message == null ? failure.toString() : message);
    }

    private int fail(Exception failure, String message) {
        System.err.println(screen.bad(" ✘ " + message));
        if (System.getenv(traceVariable) != null) {
            failure.printStackTrace();
        }
        return stale.isEmpty() ? FAILED : REFUSED;
    }
}
