package org.opensearch.affinity.model;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.cluster.UnreadableFormatException;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.util.CachedSupplier;
import org.opensearch.common.util.concurrent.AbstractRefCounted;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.index.engine.Engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A copy of a model that is read while searches run: it keeps the reader of its index open. An index is written once, so the reader sees
 * all of it. Who holds a reference ({@link #tryIncRef}) reads the model to the end, even if the node closes its copy meanwhile. Without one,
 * reading after that finds nothing. Thread-safe.
 */
public final class OpenModel extends AbstractRefCounted {
    private static final Logger LOGGER = LogManager.getLogger(OpenModel.class);
    /** Most callers ask for a few hundred ids of thousands. */
    private static final int IDS_AT_ONCE = 256;

    /** So much heap is used for vectors of users, which several shards, the pages of a result and the next searches need again. */
    private static final long MAX_BYTES_OF_USERS = ByteSizeUnit.MB.toBytes(4);
    private static final long BYTES_PER_USER = 200;
    private static final long BYTES_PER_ITEM = 70;
    /** The vector of a user of whom the model has no item. */
    private static final float[] UNKNOWN = new float[0];

    private final Engine.Searcher searcher;
    private final ModelItems items;
    /** The documents of items with known similarities. */
    private final BitSet known;
    private final Map<String, RowEncoder> encoders;
    private final HistoryMeter meter;
    private final ModelGroups groups;
    private final Cache<User, float[]> users = CacheBuilder.<User, float[]>builder()
        .setMaximumWeight(MAX_BYTES_OF_USERS)
        .weigher((user, vector) -> BYTES_PER_USER + BYTES_PER_ITEM * user.history.ids().size() + (long) Float.BYTES * vector.length)
        .build();

    /** What a vector is made of. */
    private record User(String part, PastItems history) {}

    private OpenModel(Engine.Searcher searcher, ModelItems items, BitSet known, Map<String, RowEncoder> encoders, HistoryMeter meter) {
        super("affinity_model");
        this.searcher = searcher;
        this.items = items;
        this.known = known;
        this.encoders = encoders;
        this.meter = meter;
        groups = new ModelGroups(this, searcher.getIndexReader());
    }

    /** @param searcher is closed with the result, or when this fails */
    static OpenModel of(Engine.Searcher searcher, HistoryMeter meter) throws IOException {
        try {
            IndexReader reader = searcher.getIndexReader();
            return new OpenModel(searcher, ModelItems.of(reader), known(reader), encoders(reader), meter);
        } catch (IOException | RuntimeException e) {
            searcher.close();
            throw e;
        }
    }

    private static BitSet known(IndexReader reader) throws IOException {
        FixedBitSet known = new FixedBitSet(Math.max(1, reader.maxDoc()));
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues values = leaf.reader().getSortedNumericDocValues(ModelIndex.KNOWN);
            while (values != null && values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                known.set(leaf.docBase + values.docID());
            }
        }
        return known;
    }

    private static Map<String, RowEncoder> encoders(IndexReader reader) throws IOException {
        Map<String, RowEncoder> encoders = new HashMap<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            Terms parts = leaf.reader().terms(ModelIndex.PART);
            if (parts == null) {
                continue;
            }
            TermsEnum names = parts.iterator();
            for (BytesRef name = names.next(); name != null; name = names.next()) {
                int doc = names.postings(null, PostingsEnum.NONE).nextDoc();
                RowEncoder encoder = encoder(leaf.reader(), doc, ModelIndex.ENCODER, PartEncoder::new);
                encoder = encoder == null ? encoder(leaf.reader(), doc, ModelIndex.RATINGS, RatingPart::new) : encoder;
                if (encoder != null) {
                    encoders.put(name.utf8ToString(), encoder);
                }
            }
        }
        return encoders;
    }

    /** Null if the document does not have the field, or a later version of the plugin wrote it: then the model has no such part here. */
    private static RowEncoder encoder(LeafReader reader, int doc, String field, Writeable.Reader<RowEncoder> read) throws IOException {
        BinaryDocValues values = reader.getBinaryDocValues(field);
        if (doc == DocIdSetIterator.NO_MORE_DOCS || values == null || values.advanceExact(doc) == false) {
            return null;
        }
        try {
            return read.read(new BytesArray(LocalModels.single(values.binaryValue())).streamInput());
        } catch (UnreadableFormatException e) {
            LOGGER.warn("[affinity] this node ranks without a part of a model: {}", e.getMessage());
            return null;
        }
    }

    /**
     * Returns the similarities of items to a history; none if the model cannot be read.
     *
     * @param history item ids
     * @param weights of the history's items
     */
    public HistorySimilarities similarities(List<String> history, float[] weights) {
        try {
            return HistorySimilarities.read(searcher.getIndexReader().leaves(), documents(history), weights, known);
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("cannot read the neighbours of a model", RedactedException.of(e));
            return HistorySimilarities.NONE;
        }
    }

    /** Whether the model has a part with item vectors. */
    public boolean hasPart(String part) {
        return encoders.containsKey(part);
    }

    /** Returns the concepts of the model's items; null if it was trained without the part {@code concepts}. */
    public ItemConcepts concepts() {
        PartEncoder encoder = encoder(Signal.CONCEPTS);
        return encoder == null || encoder.concepts() == 1 ? null : new ItemConcepts(rows(Signal.CONCEPTS), encoder);
    }

    /**
     * Returns the scores of the model's items for a history by a part with item vectors; none if the model does not have the part, or no item
     * of the history, or cannot be read.
     */
    public PartScores scores(String part, PastItems history) {
        PartEncoder encoder = encoder(part);
        if (encoder == null) {
            return PartScores.NONE;
        }
        try {
            float[] vector = users.computeIfAbsent(new User(part, history), user -> {
                long began = System.nanoTime();
                PartEncoder.Known known = inputs(history, rows(part), encoder);
                float[] encoded = known.ages().length == 0 ? UNKNOWN : encoder.vector(known);
                meter.encoded(System.nanoTime() - began);
                return encoded;
            });
            return vector.length == 0 ? PartScores.NONE : new PartScores(this, part, encoder, vector, () -> inputs(history, rows(part), encoder));
        } catch (ExecutionException | RuntimeException e) {
            LOGGER.debug("cannot read the part [{}] of a model", part, RedactedException.of(e));
            return PartScores.NONE;
        }
    }

    /**
     * Returns the scores of the model's items for somebody without a history by the part {@code segments}; none if the model does not have it, or
     * no such segment, or if nothing is known of such contents.
     *
     * @param number  of the segment that the user belongs to; 0 if that is not known
     * @param content of what the user wants, which then tells the segments as the only item of a history would; any dimension
     */
    public PartScores scoresOfSegment(int number, float[] content) {
        PartEncoder encoder = encoder(Signal.SEGMENTS);
        float[] vector = encoder == null ? null : number > 0 ? encoder.ofSegment(number) : encoder.ofContent(content);
        return vector == null ? PartScores.NONE : new PartScores(this, Signal.SEGMENTS, encoder, vector, () -> PartEncoder.Known.NOTHING);
    }

    /**
     * Returns the scores of the model's items by the part that predicts ratings; none if the model does not have the part, or cannot be read.
     *
     * @param history item ids, newest first
     * @param ratings of items of the history, by id
     */
    public RatingScores ratings(List<String> history, Map<String, Float> ratings) {
        RatingPart part = encoders.get(Signal.RATINGS) instanceof RatingPart ofRatings ? ofRatings : null;
        if (part == null) {
            return RatingScores.NONE;
        }
        try {
            List<String> rated = history.stream().filter(ratings::containsKey).toList();
            PartEncoder.Known known = inputs(PastItems.of(rated), rows(Signal.RATINGS), null);
            float[] given = new float[known.ages().length];
            int[] places = new int[given.length];
            for (int i = 0; i < given.length; i++) {
                String item = rated.get(known.ages()[i]);
                given[i] = ratings.get(item);
                places[i] = history.indexOf(item);
            }
            return new RatingScores(this, part.encoder(), known.inputs(), given, places, history.size());
        } catch (RuntimeException e) {
            LOGGER.debug("cannot read the ratings of a model", RedactedException.of(e));
            return RatingScores.NONE;
        }
    }

    /**
     * Returns the rows of the items of a history that the model has.
     *
     * @param encoder that is to read them; null for one that reads no actions
     */
    private PartEncoder.Known inputs(PastItems history, PartRows rows, PartEncoder encoder) {
        int[] documents = documents(history.ids());
        float[][] inputs = new float[documents.length][];
        int[] ages = new int[documents.length];
        int[] between = new int[documents.length];
        int[] actions = new int[documents.length];
        int size = 0;
        for (int age = 0; age < documents.length; age++) {
            byte[] row = rows.of(documents[age]);
            if (row != null) {
                inputs[size] = QuantisedRow.input(row);
                between[size] = history.gap(age);
                actions[size] = encoder == null ? 0 : encoder.action(history.action(age));
                ages[size++] = age;
            } else if (size > 0) {
                // Gaps are magnitudes: the longer one is about that over the unknown item.
                between[size - 1] = Math.max(between[size - 1], history.gap(age));
            }
        }
        return new PartEncoder.Known(
            Arrays.copyOf(inputs, size),
            Arrays.copyOf(ages, size),
            Arrays.copyOf(between, size),
            Arrays.copyOf(actions, size)
        );
    }

    /** Returns the concepts and segments. */
    public ModelGroups groups() {
        return groups;
    }

    /** Returns how a part makes the vector of a user; null for a part that the model does not have. */
    PartEncoder encoder(String part) {
        return encoders.get(part) instanceof PartEncoder encoder ? encoder : null;
    }

    /** Returns the names of the parts that are networks. */
    public List<String> networks() {
        return encoders.keySet().stream().filter(part -> network(part) != null).sorted().toList();
    }

    /** Returns the encoder of a part that is a network; null for another one. */
    public PartEncoder network(String part) {
        PartEncoder encoder = encoder(part);
        return encoder != null && encoder.network() != null && encoder.segments() == null ? encoder : null;
    }

    /**
     * Returns the vectors of items by their ids; null for an item that the model does not have.
     *
     * @throws UncheckedIOException if the model cannot be read
     */
    public float[][] vectors(String part, List<String> ids) {
        PartRows rows = rows(part);
        return Arrays.stream(documents(ids)).mapToObj(rows::of).map(row -> row == null ? null : QuantisedRow.vector(row)).toArray(float[][]::new);
    }

    /** The documents of items by their ids; -1 for an item that the model does not have. */
    int[] documents(List<String> ids) {
        return ids.stream().mapToInt(id -> items.document(ItemRow.hash(new BytesRef(id)))).toArray();
    }

    /**
     * The document of an item, by number in the index; -1 for an item that the model does not have.
     *
     * @param item hash of its id
     */
    public int document(long item) {
        return items.document(item);
    }

    /** The ids of items by their hashes, in the same order; items that the model does not have are left out. */
    public Stream<BytesRef> idsOf(long[] hashes) {
        return ids(Arrays.stream(hashes).mapToInt(items::document).filter(document -> document >= 0).toArray());
    }

    /**
     * The ids of documents, in the same order, read as far as they are asked for; they end when the model is closed.
     *
     * @throws UncheckedIOException while they are read, if the model cannot be read
     */
    Stream<BytesRef> ids(int[] documents) {
        return IntStream.range(0, Math.ceilDiv(documents.length, IDS_AT_ONCE)).boxed().flatMap(page -> {
            int from = page * IDS_AT_ONCE;
            int[] some = Arrays.copyOfRange(documents, from, Math.min(documents.length, from + IDS_AT_ONCE));
            try {
                return ModelItems.ids(some, searcher.getIndexReader()).stream();
            } catch (AlreadyClosedException e) {
                return Stream.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Opens the rows of a part. */
    PartRows rows(String part) {
        try {
            return new PartRows(searcher.getIndexReader().leaves(), part);
        } catch (AlreadyClosedException e) {
            return PartRows.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void closeInternal() {
        searcher.close();
    }
}
