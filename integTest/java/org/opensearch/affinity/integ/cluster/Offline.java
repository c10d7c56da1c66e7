package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs without a network but loopback: in a network namespace of their own. Any user may create one, unless the system
 * forbids it.
 */
public final class Offline {
    private static final String LOOPBACK_FIRST = "ip link set lo up && exec \"$@\"";
    private static final List<String> NAMESPACE = List.of("unshare", "--map-root-user", "--net", "sh", "-c", LOOPBACK_FIRST, "sh");
    private static final long PROBE_SECONDS = 10;

    private Offline() {}

    /** Whether this machine allows it. */
    public static boolean available() throws IOException {
        try {
            ProcessBuilder probing = new ProcessBuilder(command(List.of("true"))).redirectErrorStream(true);
            Process probe = probing.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            // No unshare on this machine.
            return false;
        }
    }

    /** Returns a command that runs the given one without a network. */
    static List<String> command(List<String> command) {
        List<String> wrapped = new ArrayList<>(NAMESPACE);
        wrapped.addAll(command);
        return wrapped;
    }

    /**
     * Starts a main class without a network, in a JVM with the class path and the named system properties of this one.
     *
     * @param output file for standard output
     * @param errors file for standard error
     */
    public static Process java(Class<?> main, List<String> properties, Path output, Path errors) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx256m"));
        for (String property : properties) {
            command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return new ProcessBuilder(command(command)).redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    }
}
