package org.opensearch.affinity.train.journal;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.learn.network.Checkpoint;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.bytes.CompositeBytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32C;

/**
 * Keeps what a tracker's training has reached, so that the same training goes on from there after its node died: the figures of trials of
 * networks, and states of networks that learn for long. Its index is made when there is something to keep. A training that cannot read or
 * write it goes on without. Calls block. Not thread-safe.
 */
public final class TrainingJournal implements NetworkInputs.Journal {
    private static final Logger LOGGER = LogManager.getLogger(TrainingJournal.class);
    private static final String LOG = "log";
    private static final int BYTES_PER_CHUNK = 4 << 20;
    /** Larger states are not kept. */
    private static final long MAX_BYTES = 1L << 30;
    /** What is older belongs to a training that nobody wants to continue. */
    private static final long MAX_AGE_MS = 24 * 60 * 60 * 1_000L;
    /** Writing takes about one part in so many of the time at most. */
    private static final int SHARE_OF_TIME = 20;

    private final JournalIndex index;
    private final long intervalNanos;
    private final Log log;
    /** Whether the index holds the journal of this log. */
    private boolean stored;
    private long nextWrite;
    /** Whether a trial is running. */
    private boolean inTrial;
    /** Trainings of which this one has kept the state. */
    private final Set<String> own = new HashSet<>();
    private int figures;
    private int epochs;

    /**
     * What a training learns from.
     *
     * @param request what was asked for
     * @param extent  of the log that was read
     * @param content of the log and the items, a text that differs for different ones
     */
    public record Log(String request, LogExtent extent, String content) implements Writeable {
        private static final Format FORMAT = Format.first(Log.class);

        Log(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Log(Frame in) throws IOException {
            this(in.readString(), new LogExtent(in), in.readString());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(request);
                extent.writeTo(out);
                out.writeString(content);
            }
        }

        /** Whether it is worth continuing. */
        public boolean isRecent() {
            return System.currentTimeMillis() - extent.time() < MAX_AGE_MS;
        }
    }

    /** A figure of a trial. */
    record Figure(double value) implements Writeable {
        private static final Format FORMAT = Format.first(Figure.class);

        Figure(StreamInput in) throws IOException {
            this(FORMAT.read(in).readDouble());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeDouble(value);
            }
        }
    }

    /**
     * Begins or continues a journal.
     *
     * @param interval how often states are written, or less often if that takes long; 0 for each one
     * @param log      that the training learns from
     * @param left     the log of the journal that is stored; null for none
     */
    public TrainingJournal(Client client, String tracker, TimeValue interval, Log log, Log left) {
        index = new JournalIndex(client, tracker);
        intervalNanos = interval.nanos();
        nextWrite = System.nanoTime() + intervalNanos;
        this.log = log;
        stored = log.equals(left);
        if (left != null && stored == false) {
            delete();
        }
    }

    /**
     * Returns the log of the journal that a training has left; null for none. If its shard is not there yet after a restart, waits for it.
     * A journal that cannot be read is deleted.
     */
    public static Log left(Client client, String tracker) {
        JournalIndex index = new JournalIndex(client, tracker);
        try {
            return index.read(LOG, Log::new);
        } catch (IOException | RuntimeException e) {
            LOGGER.info("[affinity] waits for [{}], in which a training has kept how far it was", index);
        }
        try {
            index.awaitShard();
            return index.read(LOG, Log::new);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("[affinity] cannot read how far a training was in [{}]; it begins anew", index, RedactedException.of(e));
            delete(index);
            return null;
        }
    }

    /** Deletes the journal that a training of a tracker has left, if there is one. */
    public static void delete(Client client, String tracker) {
        delete(new JournalIndex(client, tracker));
    }

    private static void delete(JournalIndex index) {
        try {
            index.delete();
        } catch (RuntimeException e) {
            LOGGER.warn("[affinity] cannot delete [{}]", index, RedactedException.of(e));
        }
    }

    @Override
    public Checkpoint train(String training, Checkpoint first, Training rest) {
        Checkpoint kept = stored ? last(training, first) : null;
        if (kept != null && own.contains(training) == false) {
            epochs += kept.epochs();
        }
        Checkpoint begin = kept == null ? first : kept;
        int[] written = { begin.epochs() };
        Checkpoint end = rest.from(begin, state -> {
            if (System.nanoTime() >= nextWrite) {
                write(training, state);
                written[0] = state.epochs();
            }
        });
        if (stored && inTrial == false && written[0] < end.epochs()) {
            // It is not learned again while others are: of a trial, only the figure is kept.
            write(training, end);
        }
        return end;
    }

    @Override
    public double figure(String training, DoubleSupplier figure) {
        Figure kept = stored ? read(id("figure", training), Figure::new) : null;
        if (kept != null) {
            figures += own.contains(training) ? 0 : 1;
            return kept.value;
        }
        double value;
        inTrial = true;
        try {
            value = figure.getAsDouble();
        } finally {
            inTrial = false;
        }
        own.add(training);
        if (stored || System.nanoTime() >= nextWrite) {
            attempt(() -> {
                begin();
                index.write(id("figure", training), new Figure(value));
            });
        }
        return value;
    }

    /** Returns what was not learned again, for the description of the model; empty for nothing. */
    public Map<String, Object> resumed() {
        Map<String, Object> resumed = new LinkedHashMap<>();
        if (figures > 0) {
            resumed.put("trials", figures);
        }
        if (epochs > 0) {
            resumed.put("epochs", epochs);
        }
        return resumed;
    }

    /** Deletes the journal: the training has ended. */
    public void delete() {
        delete(index);
        stored = false;
    }

    private static String id(String kind, String training) {
        return SystemDocuments.id(kind + ":", kind + " " + training);
    }

    /** All trials have one place: only the last one may be unfinished. */
    private String place(String training) {
        return id("state", inTrial ? "trial" : training);
    }

    private String chunk(String training, int set, int chunk) {
        return id("chunk" + set + "_" + chunk, inTrial ? "trial" : training);
    }

    /** @param first what the state must be like: another version of the plugin may have made it */
    private Checkpoint last(String training, Checkpoint first) {
        StatePlace place = read(place(training), StatePlace::new);
        if (place == null || place.training().equals(training) == false) {
            return null;
        }
        try {
            BytesReference[] chunks = new BytesReference[place.chunks()];
            CRC32C checksum = new CRC32C();
            for (int i = 0; i < chunks.length; i++) {
                byte[] bytes = index.bytes(chunk(training, place.set(), i));
                if (bytes == null) {
                    return null;
                }
                checksum.update(bytes);
                chunks[i] = new BytesArray(bytes);
            }
            if (checksum.getValue() != place.checksum()) {
                return null;
            }
            Checkpoint state = new TrainingState(CompositeBytesReference.of(chunks).streamInput()).checkpoint();
            return state.isLike(first) ? state : null;
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("[affinity] cannot read how far a training was in [{}]; it begins anew", index, RedactedException.of(e));
            return null;
        }
    }

    private void write(String training, Checkpoint state) {
        if (TrainingState.bytes(state) > MAX_BYTES) {
            return;
        }
        long began = System.nanoTime();
        attempt(() -> {
            begin();
            StatePlace last = read(place(training), StatePlace::new);
            int set = last == null ? 0 : 1 - last.set();
            int chunks = 0;
            CRC32C checksum = new CRC32C();
            try (BytesStreamOutput out = new BytesStreamOutput()) {
                new TrainingState(state).writeTo(out);
                BytesReference all = out.bytes();
                for (int from = 0; from < all.length(); from += BYTES_PER_CHUNK) {
                    byte[] chunk = BytesReference.toBytes(all.slice(from, Math.min(BYTES_PER_CHUNK, all.length() - from)));
                    checksum.update(chunk);
                    index.write(chunk(training, set, chunks++), chunk);
                }
            }
            index.write(place(training), new StatePlace(training, set, chunks, checksum.getValue()));
            own.add(training);
        });
        long took = System.nanoTime() - began;
        nextWrite = Math.max(nextWrite, System.nanoTime() + (intervalNanos == 0 ? 0 : Math.max(intervalNanos, SHARE_OF_TIME * took)));
    }

    /** Creates the index, if there is none yet. */
    private void begin() throws IOException {
        if (stored) {
            return;
        }
        index.create();
        index.write(LOG, log);
        stored = true;
    }

    /** Returns null if there is no such value, or it cannot be read. */
    private <T> T read(String id, Writeable.Reader<T> reader) {
        try {
            return index.read(id, reader);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("[affinity] cannot read [{}]; a training begins anew", index, RedactedException.of(e));
            return null;
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    /** What cannot be kept is learned again after an interruption. */
    private void attempt(Write write) {
        long began = System.nanoTime();
        try {
            write.run();
        } catch (IOException | RuntimeException e) {
            // Perhaps it waited for a shard.
            nextWrite = System.nanoTime() + SHARE_OF_TIME * (System.nanoTime() - began);
            LOGGER.warn("[affinity] cannot keep how far a training is in [{}]; it goes on", index, RedactedException.of(e));
        }
    }
}
