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
 * One OpenSearch process on loopback. It ends with {@link #close}, and with our JVM however that ends, unless it was
 * {@link #release}d. Its data stays, so that {@link #restart} finds it again.
 */
public final class Node implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final OpenSearchHome home;
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

    /** Starts a node in a fresh folder and waits until it answers. */
    public static Node start(OpenSearchHome home, NodeSettings settings, Consumer<Duration> waiting) throws IOException {
        Node node = launch(home, settings);
        node.await(waiting);
        return node;
    }

    /** Starts a node in a fresh folder and returns at once. */
    static Node launch(OpenSearchHome home, NodeSettings settings) throws IOException {
        Node node = new Node(home, settings);
        Folder.delete(settings.folder());
        node.writeConfiguration();
        Runtime.getRuntime().addShutdownHook(node.onExit);
        node.spawn();
        return node;
    }

    /** Waits until the node answers over HTTP; one that does not is ended, and the failure shows why. */
    void await(Consumer<Duration> waiting) throws IOException {
        long begin = System.nanoTime();
        while (answers() == false) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            if (process.isAlive() == false) {
                throw failed("ended with status " + process.exitValue());
            }
            if (waited.compareTo(START) > 0) {
                throw failed("did not answer within " + START.toSeconds() + " s");
            }
            waiting.accept(waited);
            pause();
        }
    }

    /** The node's HTTP interface. */
    public Rest rest() {
        return rest;
    }

    /** The process id; it is OpenSearch itself, since its start script replaces itself by Java. */
    public long pid() {
        return process.pid();
    }

    /** Seconds of CPU time that the process has used on all cores, to about a hundredth. */
    public double cpuSeconds() throws IOException {
        return process.toHandle()
            .info()
            .totalCpuDuration()
            .orElseThrow(() -> new IOException("the node " + pid() + " is gone; its log is " + log()))
            .toNanos() / 1e9;
    }

    /** Everything the node printed. */
    public Path log() {
        return settings.logs().resolve("stdout.log");
    }

    /** Ends the process as a power cut would (kill -9) and returns when it is gone. */
    public void kill() throws IOException {
        tree().forEach(ProcessHandle::destroyForcibly);
        if (gone(STOP) == false) {
            throw new IOException("process " + pid() + " survived kill -9");
        }
    }

    /** Starts the process anew on the data that is there, and waits until it answers. */
    public void restart(Consumer<Duration> waiting) throws IOException {
        if (process.isAlive()) {
            throw new IllegalStateException("node " + settings.name() + " is running");
        }
        spawn();
        await(waiting);
    }

    /** Leaves the process running, also when this is closed; from here on it is ended by its process id. */
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
            // The JVM is ending: the hook runs anyway and finds nothing to do.
        }
    }

    private void stopNow() {
        if (process == null) {
            return;
        }
        process.destroy();
        if (gone(STOP) == false) {
            tree().forEach(ProcessHandle::destroyForcibly);
            gone(STOP);
        }
    }

    private boolean gone(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
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
        return new IOException("OpenSearch (" + settings.name() + ") " + how + "; its log " + log() + " says:\n" + LogTail.of(log(), 12));
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
        Path said = settings.logs().resolve("keystore.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(home.environment());
        builder.environment().put("OPENSEARCH_PATH_CONF", settings.config().toAbsolutePath().toString());
        Process running = builder.start();
        try (Writer to = running.outputWriter()) {
            to.write(input == null ? "" : input);
        }
        try {
            if (running.waitFor() != 0) {
                throw new IOException("opensearch-keystore failed:\n" + LogTail.of(said, 12));
            }
        } catch (InterruptedException e) {
            running.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a keystore was made", e);
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

    private static void pause() throws IOException {
        try {
            Thread.sleep(250);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a node was starting", e);
        }
    }
}
