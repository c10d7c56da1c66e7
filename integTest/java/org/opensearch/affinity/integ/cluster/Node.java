package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * An OpenSearch process on loopback. {@link #close} ends it, and so does the end of this JVM, unless it was {@link #release}d. Its
 * data is kept for {@link #restart}.
 */
public final class Node implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(180);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private OpenSearchHome home;
    private final NodeSettings settings;
    private final Rest rest;
    private final Thread onExit = new Thread(this::stopNow, "stop-node");
    private Process process;
    private boolean released;

    private Node(OpenSearchHome home, NodeSettings settings) {
        this.home = home;
        this.settings = settings;
        this.rest = new Rest(URI.create("http://127.0.0.1:" + settings.httpPort()));
    }

    /**
     * Starts a node in a new folder and waits until it answers.
     *
     * @param progress receives the time waited so far
     */
    public static Node start(OpenSearchHome home, NodeSettings settings, Consumer<Duration> progress) throws IOException {
        Node node = launch(home, settings);
        node.await(progress);
        return node;
    }

    /** Starts a node in a new folder and does not wait for it. */
    static Node launch(OpenSearchHome home, NodeSettings settings) throws IOException {
        Node node = new Node(home, settings);
        Folder.delete(settings.folder());
        node.writeConfiguration();
        Runtime.getRuntime().addShutdownHook(node.onExit);
        node.spawn();
        return node;
    }

    /** Waits until the node answers over HTTP. A node that does not is ended; the exception shows the errors of its log. */
    void await(Consumer<Duration> progress) throws IOException {
        long begin = System.nanoTime();
        while (answers() == false) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            if (process.isAlive() == false) {
                throw failed("ended with status " + process.exitValue());
            }
            if (waited.compareTo(START_TIMEOUT) > 0) {
                throw failed("did not answer within " + START_TIMEOUT.toSeconds() + " s");
            }
            progress.accept(waited);
            Pause.millis(250);
        }
    }

    /** The node's HTTP interface. */
    public Rest rest() {
        return rest;
    }

    /** The id of OpenSearch's own process: its start script replaces itself by Java. */
    public long pid() {
        return process.pid();
    }

    /** The CPU time of the process on all cores, in seconds, to about a hundredth. */
    public double cpuSeconds() throws IOException {
        return process.toHandle()
            .info()
            .totalCpuDuration()
            .orElseThrow(() -> new IOException("node " + pid() + " has ended; its log is " + log()))
            .toNanos() / 1e9;
    }

    /** The file with all output of the node. */
    public Path log() {
        return settings.logs().resolve("stdout.log");
    }

    /** Ends the process with SIGKILL, as a power failure would, and waits until it is gone. */
    public void kill() throws IOException {
        tree().forEach(ProcessHandle::destroyForcibly);
        if (ends(STOP_TIMEOUT) == false) {
            throw new IOException("process " + pid() + " survived kill -9");
        }
    }

    /** Starts the process again with its data, and waits until it answers. */
    public void restart(Consumer<Duration> progress) throws IOException {
        if (process.isAlive()) {
            throw new IllegalStateException("node " + settings.name() + " is running");
        }
        spawn();
        await(progress);
    }

    /** Starts the process again with its data from another installation, and waits until it answers. */
    public void restart(OpenSearchHome other, Consumer<Duration> progress) throws IOException {
        home = other;
        restart(progress);
    }

    /** Leaves the process running when this is closed or the JVM ends. It can then only be ended by its process id. */
    public void release() {
        released = true;
        Runtime.getRuntime().removeShutdownHook(onExit);
    }

    @Override
    public void close() {
        if (released) {
            return;
        }
        stopNow();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: its hook runs anyway and finds the process ended.
        }
    }

    private void stopNow() {
        if (process == null) {
            return;
        }
        process.destroy();
        if (ends(STOP_TIMEOUT) == false) {
            tree().forEach(ProcessHandle::destroyForcibly);
            ends(STOP_TIMEOUT);
        }
    }

    /** Whether the process ends within a time; it is killed when this thread is interrupted. */
    private boolean ends(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            tree().forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Stream<ProcessHandle> tree() {
        return Stream.concat(process.descendants().toList().stream(), Stream.of(process.toHandle()));
    }

    private boolean answers() {
        try {
            rest.get("/");
            return true;
        } catch (RestFailure e) {
            return false;
        }
    }

    private IOException failed(String how) {
        close();
        return new IOException("OpenSearch (" + settings.name() + ") " + how + "; errors in its log " + log() + ":\n"
            + LogTail.of(log(), 12));
    }

    private void writeConfiguration() throws IOException {
        Path from = home.path().resolve("config");
        Files.createDirectories(settings.logs());
        Files.createDirectories(settings.tmp());
        Files.createDirectories(settings.config().resolve("jvm.options.d"));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, settings.config().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.writeString(settings.config().resolve("opensearch.yml"), settings.yaml());
        Files.write(settings.config().resolve("jvm.options"), settings.jvmOptions(Files.readAllLines(from.resolve("jvm.options"))));
        if (settings.secrets().isEmpty() == false) {
            keystore(null, "create");
        }
        for (Map.Entry<String, String> secret : settings.secrets().entrySet()) {
            keystore(secret.getValue(), "add", "--stdin", secret.getKey());
        }
    }

    private void keystore(String input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.path().resolve("bin/opensearch-keystore").toString()));
        command.addAll(List.of(arguments));
        Path output = settings.logs().resolve("keystore.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(home.environment());
        builder.environment().put("OPENSEARCH_PATH_CONF", settings.config().toAbsolutePath().toString());
        Process running = builder.start();
        try (Writer writer = running.outputWriter()) {
            writer.write(input == null ? "" : input);
        }
        try {
            if (running.waitFor() != 0) {
                throw new IOException("opensearch-keystore failed:\n" + LogTail.of(output, 12));
            }
        } catch (InterruptedException e) {
            running.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a keystore was created", e);
        }
    }

    private void spawn() throws IOException {
        List<String> command = new ArrayList<>();
        if (settings.outlive()) {
            command.add("nohup");
        }
        command.add(home.path().resolve("bin/opensearch").toString());
        ProcessBuilder builder = new ProcessBuilder(Account.current().unprivileged(command)).redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(home.environment());
        builder.environment().put("OPENSEARCH_PATH_CONF", settings.config().toAbsolutePath().toString());
        builder.environment().put("OPENSEARCH_TMPDIR", settings.tmp().toAbsolutePath().toString());
        builder.environment().remove("OPENSEARCH_JAVA_OPTS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        process = builder.start();
        Files.write(settings.folder().resolve("pid"), Long.toString(process.pid()).getBytes(StandardCharsets.UTF_8));
    }
}
