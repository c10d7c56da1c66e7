package org.opensearch.affinity.encode.pack;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.rest.RestStatus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the files of a pack are those that its manifest names. They are read once, by the first call, and the result is remembered
 * until the node restarts. Thread-safe.
 */
final class PackCheck {
    private static final Logger LOGGER = LogManager.getLogger(PackCheck.class);

    private final ModelPack pack;
    /** What is wrong with the pack, for callers: it names no folder. Null if nothing is, or before the check. */
    private volatile String fault;
    private volatile boolean checked;

    PackCheck(ModelPack pack) {
        this.pack = pack;
    }

    /** A pack that cannot be used, whatever its files are. */
    PackCheck(ModelPack pack, String fault) {
        this.pack = pack;
        this.fault = fault;
        checked = true;
    }

    ModelPack pack() {
        return pack;
    }

    /** What is wrong with the pack; empty if nothing is, or if it is not checked yet. Does not block. */
    Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /**
     * Checks the files, unless this was done before. The first call reads them, which may take a second.
     *
     * @throws OpenSearchStatusException (503) naming the model and the file that is missing, unreadable or another one
     */
    void require() {
        check();
        if (fault != null) {
            throw unavailable(pack.name(), fault);
        }
    }

    /** Checks the files, unless this was done before, and logs what is wrong. */
    synchronized void check() {
        if (checked) {
            return;
        }
        fault = check(pack.model(), pack.modelSha256());
        if (fault == null) {
            fault = check(pack.tokenizer(), pack.tokenizerSha256());
        }
        checked = true;
        if (fault != null) {
            String message = "[model] [{}] in [{}] cannot be used: {}; install it again and restart the node";
            LOGGER.warn(message, pack.name(), pack.folder(), fault);
        }
    }

    private static String check(Path file, String expected) {
        if (Files.isRegularFile(file) == false) {
            return "[" + file.getFileName() + "] is missing in its pack";
        }
        try {
            String actual = ModelPack.sha256(file);
            return actual.equals(expected)
                ? null
                : "[" + file.getFileName() + "] has sha256 [" + actual + "]; its manifest has [" + expected + "]";
        } catch (IOException e) {
            LOGGER.warn("[model] cannot read [" + file + "]", e);
            return "[" + file.getFileName() + "] cannot be read; the node's log has the reason";
        }
    }

    /** The failure of calls that need a model of this node that cannot be used. */
    static OpenSearchStatusException unavailable(String model, String fault) {
        return new OpenSearchStatusException("[model] [" + model + "] cannot be used: " + fault, RestStatus.SERVICE_UNAVAILABLE);
    }
}
