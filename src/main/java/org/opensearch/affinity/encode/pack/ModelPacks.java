package org.opensearch.affinity.encode.pack;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.common.unit.TimeValue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The model packs of this node, from the plugin's folder and the node's configuration, with the models loaded so far. Thread-safe. */
public final class ModelPacks implements Closeable {
    private static final Logger LOGGER = LogManager.getLogger(ModelPacks.class);

    /** How long the failure of a load is remembered: a load takes seconds, in which no other model can be loaded. */
    private static final TimeValue RETRY = TimeValue.timeValueMinutes(1);
    /** The folders of an absolute path, in brackets or by itself. Messages for callers keep the last name only. */
    private static final Pattern FOLDERS = Pattern.compile("(?<=\\[)/[^\\[\\]]*/|/(?:[^/\\s\\[\\]:]+/)+");
    private static final int MAX_REASON = 500;

    private final TorchRuntime runtime;
    private final TimeValue retry;
    private final Map<String, PackCheck> packs = new TreeMap<>();
    /** Names of the folders that hold no usable manifest. */
    private final Set<String> ignored = new TreeSet<>();
    /** Guarded by this. */
    private final Map<String, FailedLoad> failed = new HashMap<>();
    /** Concurrent, to be read without the lock, which is held for seconds while a model is loaded. */
    private final Map<String, SentenceEncoder> loaded = new ConcurrentHashMap<>();
    private boolean closed;

    /**
     * The failure of a load.
     *
     * @param nanos  when it failed, as {@link System#nanoTime}
     * @param reason for callers
     */
    private record FailedLoad(long nanos, String reason) {}

    /**
     * Reads the manifests of all packs. Models are loaded later. Folders without a manifest or with a broken one are logged and ignored.
     * Of two packs of one name neither is used.
     *
     * @param folders folders with one folder for each pack; missing ones are ignored
     */
    public ModelPacks(TorchRuntime runtime, List<Path> folders) throws IOException {
        this(runtime, folders, RETRY);
    }

    /** @param retry how long the failure of a load is remembered */
    ModelPacks(TorchRuntime runtime, List<Path> folders, TimeValue retry) throws IOException {
        this.runtime = runtime;
        this.retry = retry;
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
        return known(name).pack();
    }

    /** Why a model cannot be used; empty if it can, or if that is not known yet. Does not block. */
    public Optional<String> fault(String name) {
        return known(name).fault();
    }

    /** Checks the files of all packs in the background, so that a corrupt one is in the log before a text needs it. */
    public void checkIn(Executor background) {
        background.execute(() -> packs.values().forEach(PackCheck::check));
    }

    private PackCheck known(String name) {
        PackCheck pack = packs.get(name);
        if (pack == null) {
            String unread = ignored.isEmpty() ? "" : "; ignored, for reasons in the node's log: " + ignored;
            throw new IllegalArgumentException("unknown model [" + name + "]; available: " + packs.keySet() + unread);
        }
        return pack;
    }

    /**
     * A model, loaded by the first call, which blocks for seconds. A failed load is tried again by the first call after a minute. Packs
     * whose files are not those of the manifest are not tried again.
     *
     * @throws IllegalArgumentException  if there is no such model, naming the available ones
     * @throws OpenSearchStatusException (503) if the model cannot be used or loaded, naming the model and the file, but no folder
     * @throws IllegalStateException     after {@link #close}
     */
    public SentenceEncoder get(String name) {
        PackCheck pack = known(name);
        SentenceEncoder ready = loaded.get(name);
        if (ready != null) {
            return ready;
        }
        pack.require();
        return load(pack.pack());
    }

    private synchronized SentenceEncoder load(ModelPack pack) {
        if (closed) {
            throw new IllegalStateException("[model] cannot load [" + pack.name() + "]: the node is closing");
        }
        SentenceEncoder ready = loaded.get(pack.name());
        if (ready != null) {
            return ready;
        }
        FailedLoad earlier = failed.get(pack.name());
        if (earlier != null && System.nanoTime() - earlier.nanos < retry.nanos()) {
            throw PackCheck.unavailable(pack.name(), earlier.reason);
        }
        try {
            ready = SentenceEncoder.load(runtime, pack);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("[model] cannot load [" + pack.name() + "] from [" + pack.folder() + "]; next try in [" + retry + "]", e);
            String reason = withoutFolders(String.valueOf(e.getMessage()));
            failed.put(pack.name(), new FailedLoad(System.nanoTime(), reason));
            throw PackCheck.unavailable(pack.name(), reason);
        }
        failed.remove(pack.name());
        loaded.put(pack.name(), ready);
        return ready;
    }

    /** The first line of a message, with names of files instead of paths. */
    static String withoutFolders(String message) {
        String line = FOLDERS.matcher(message.lines().findFirst().orElse("")).replaceAll("");
        return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "…";
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
            try {
                add(ModelPack.read(child));
            } catch (IOException | RuntimeException e) {
                ignored.add(child.getFileName().toString());
                LOGGER.warn("[model] [" + child + "] is ignored, because its [" + ModelPack.MANIFEST + "] is wrong", e);
            }
        }
    }

    private void add(ModelPack pack) {
        PackCheck other = packs.putIfAbsent(pack.name(), new PackCheck(pack));
        if (other != null) {
            LOGGER.warn(
                "[model] two packs are named [{}], and none of them is used: [{}] and [{}]; remove one and restart the node",
                pack.name(),
                other.pack().folder(),
                pack.folder()
            );
            packs.put(pack.name(), new PackCheck(other.pack(), "two packs have this name; remove one and restart the node"));
        }
    }
}
