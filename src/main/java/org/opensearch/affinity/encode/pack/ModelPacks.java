package org.opensearch.affinity.encode.pack;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.runtime.TorchRuntime;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The models of this node: those in the plugin's folder and those in the node's configuration. Thread-safe. */
public final class ModelPacks implements Closeable {
    private static final Logger logger = LogManager.getLogger(ModelPacks.class);

    private final TorchRuntime runtime;
    private final Map<String, ModelPack> packs = new TreeMap<>();
    /** Read without the lock, which is held for seconds while a model is loaded. */
    private final Map<String, SentenceEncoder> loaded = new ConcurrentHashMap<>();
    private boolean closed;

    /**
     * Reads the manifests, but no model.
     *
     * @param folders each folder in them that has a manifest is a model pack; a folder that is not there has none
     * @throws IllegalArgumentException naming the manifest that is wrong, or two packs of the same name
     */
    public ModelPacks(TorchRuntime runtime, List<Path> folders) throws IOException {
        this.runtime = runtime;
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                readAll(folder);
            }
        }
    }

    /** What the models run on. */
    TorchRuntime runtime() {
        return runtime;
    }

    /** Names of the models, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(packs.keySet());
    }

    /** @throws IllegalArgumentException naming the models there are if this is none of them */
    public ModelPack pack(String name) {
        ModelPack pack = packs.get(name);
        if (pack == null) {
            throw new IllegalArgumentException("unknown model [" + name + "]; available: " + packs.keySet());
        }
        return pack;
    }

    /**
     * The model, loaded at the first call, which takes seconds and blocks. A failed load is tried again
     * by the next call.
     *
     * @throws IllegalArgumentException if there is no such model
     * @throws IllegalStateException    if it cannot be loaded, or after close
     */
    public synchronized SentenceEncoder get(String name) {
        ModelPack pack = pack(name);
        if (closed) {
            throw new IllegalStateException("[model] the node is closing");
        }
        return loaded.computeIfAbsent(name, key -> {
            try {
                return SentenceEncoder.load(runtime, pack);
            } catch (IOException e) {
                throw new UncheckedIOException("[model] cannot read [" + pack.folder() + "]", e);
            }
        });
    }

    /** The model if it is loaded; does not block. */
    Optional<SentenceEncoder> loaded(String name) {
        return Optional.ofNullable(loaded.get(name));
    }

    /** Frees the models, each after the calls that use it. */
    @Override
    public void close() {
        List<SentenceEncoder> closing;
        synchronized (this) {
            closed = true;
            closing = List.copyOf(loaded.values());
            loaded.clear();
        }
        // Not under the lock: a thread that uses a model may ask for another one before it is done.
        closing.forEach(SentenceEncoder::close);
    }

    private void readAll(Path folder) throws IOException {
        List<Path> children;
        try (Stream<Path> listing = Files.list(folder)) {
            children = listing.filter(Files::isDirectory).sorted().toList();
        }
        for (Path child : children) {
            if (Files.exists(child.resolve(ModelPack.MANIFEST)) == false) {
                logger.warn("[model] [{}] holds no [{}] and is ignored", child, ModelPack.MANIFEST);
                continue;
            }
            ModelPack pack = ModelPack.read(child);
            ModelPack other = packs.putIfAbsent(pack.name(), pack);
            if (other != null) {
                throw new IllegalArgumentException(
                    "[model] two packs are named [" + pack.name() + "]: [" + other.folder() + "] and [" + child + "]"
                );
            }
        }
    }
}
