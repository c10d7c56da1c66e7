package org.opensearch.affinity.integ.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The node that an earlier demo left running.
 *
 * @param folder of the node: it holds the file {@code pid} and is part of the node's command line
 */
record KeptNode(Path folder) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The node's process; empty when none runs. A process that got the same id later does not count. */
    Optional<ProcessHandle> process() throws IOException {
        Path pid = folder.resolve("pid");
        if (Files.exists(pid) == false) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).filter(ProcessHandle::isAlive);
        return process.isPresent() && commandLine(process.get()).contains(folder.toString()) ? process : Optional.empty();
    }

    /** Linux's own file, since Java leaves long command lines out. */
    private static String commandLine(ProcessHandle process) throws IOException {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        return Files.isReadable(file)
            ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : process.info().commandLine().orElse("");
    }

    /**
     * Ends a process of {@link #process}, by force after half a minute.
     *
     * @return whether it ended by itself
     */
    static boolean stop(ProcessHandle process) throws IOException {
        process.destroy();
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            process.destroyForcibly();
            return false;
        } catch (ExecutionException e) {
            throw new IOException("process " + process.pid() + " cannot be stopped: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while process " + process.pid() + " was stopping", e);
        }
    }
}
