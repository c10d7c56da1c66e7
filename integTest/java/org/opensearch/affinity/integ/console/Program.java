package org.opensearch.affinity.integ.console;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** A command that {@code ./demo} or {@code ./bench} runs. Its fields are picocli's options; {@link #call} returns the exit status. */
public interface Program extends Callable<Integer> {
    /**
     * Checks the arguments.
     *
     * @throws picocli.CommandLine.ParameterException when an argument is wrong
     */
    void check();

    /**
     * Checks that this machine can run the program now.
     *
     * @throws IOException naming what is missing: memory, disk, a port
     */
    void checkMachine() throws IOException;

    /** Whether the program needs a build of the sources as they are now. */
    default boolean needsBuild() {
        return true;
    }

    /** Options of the JVM that the program needs besides the usual ones; with some it runs in a JVM of its own. */
    default List<String> jvmOptions() {
        return List.of();
    }
}
