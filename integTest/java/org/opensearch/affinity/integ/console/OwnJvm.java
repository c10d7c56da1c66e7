package org.opensearch.affinity.integ.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Runs a main class in a JVM of its own, with the class path, the options and the terminal of this one and with more options. */
final class OwnJvm {
    private static final String MARK = "affinity.own_jvm";
    /** What Java and Lucene print about the vector module. */
    private static final Pattern NOISE = Pattern.compile("incubator|PanamaVectorizationProvider");

    private OwnJvm() {}

    /** Whether this JVM was started by {@link #run}. */
    static boolean isThis() {
        return Boolean.getBoolean(MARK);
    }

    /**
     * Waits for the other JVM, which ends with this one at the latest.
     *
     * @return its exit status
     */
    static int run(List<String> options, Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(options);
        command.addAll(List.of("-D" + MARK + "=true", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).inheritIO().redirectError(ProcessBuilder.Redirect.PIPE).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process), "stop-jvm"));
        try (BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
            errors.lines().filter(line -> NOISE.matcher(line).find() == false).forEach(System.err::println);
        }
        return process.waitFor();
    }

    /** Ends the process and waits until its own shutdown hooks have run: they stop nodes. */
    private static void stop(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
