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

/** The model packs of this node, from the plugin's folder and the node's configuration, with the models loaded so far. Thread-safe. */
public final class ModelPacks implements Closeable {
    private static final Logger LOGGER = LogManager.getLogger(ModelPacks.class);

    private final TorchRuntime runtime;
    private final Map<String, ModelPack> packs = new TreeMap<>();
    /** Concurrent, to be read without the lock, which is held for seconds while a model is loaded. */
    private final Map<String, SentenceEncoder> loaded = new ConcurrentHashMap<>();
    private boolean closed;

    /**
     * Reads the manifests of all packs. Models are loaded later.
     *
     * @param folders folders with one folder for each pack; missing ones are ignored, folders without a manifest logged and ignored
     * @throws IllegalArgumentException naming the manifest that is wrong, or two packs with the same name
     */
    public ModelPacks(TorchRuntime runtime, List<Path> folders) throws IOException {
        this.runtime = runtime;
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                readAll(folder);
            }
        }
    }

    /** The runtime that loads the models. */
    TorchRuntime runtime() {
        return runtime;
    }

    /** The names of the models, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(packs.keySet());
    }

    /**
     * The pack of a model.
     *
     * @throws IllegalArgumentException if there is no such model, naming the available ones
     */
    public ModelPack pack(String name) {
        ModelPack pack = packs.get(name);
        if (pack == null) {
            throw new IllegalArgumentException("unknown model [" + name + "]; available: " + packs.keySet());
        }
        return pack;
    }

    /**
     * A model, loaded by the first call, which blocks for seconds. After a failed load the next call tries again.
     *
     * @throws IllegalArgumentException if there is no such model, naming the available ones
     * @throws IllegalStateException    if the model cannot be loaded, or after {@link #close}
     */
    public synchronized SentenceEncoder get(String name) {
        ModelPack pack = pack(name);
        if (closed) {
            throw new IllegalStateException("[model] cannot load [" + name + "]: the node is closing");
        }
        return loaded.computeIfAbsent(name, key -> {
            try {
                return SentenceEncoder.load(runtime, pack);
            } catch (IOException e) {
                throw new UncheckedIOException("[model] cannot read [" + pack.folder() + "]", e);
            }
        });
    }

    /** The model if it is loaded, else empty. Does not block. */
    Optional<SentenceEncoder> loaded(String name) {
        return Optional.ofNullable(loaded.get(name));
    }

    /** Frees the models, each after the end of the calls that use it. */
    @Override
    public void close() {
        List<SentenceEncoder> closing;
        synchronized (this) {
            closed = true;
            closing = List.copyOf(loaded.values());
            loaded.clear();
        }
        // Outside the lock: a thread that uses a model may need the lock to load another one before it ends.
        closing.forEach(SentenceEncoder::close);
    }

    private void readAll(Path folder) throws IOException {
        List<Path> children;
        try (Stream<Path> listing = Files.list(folder)) {
            children = listing.filter(Files::isDirectory).sorted().toList();
        }
        for (Path child : children) {
            if (Files.exists(child.resolve(ModelPack.MANIFEST)) == false) {
                LOGGER.warn("[model] [{}] has no [{}] and is ignored", child, ModelPack.MANIFEST);
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
