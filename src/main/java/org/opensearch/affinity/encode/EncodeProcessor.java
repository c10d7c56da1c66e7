package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.VectorTarget.Piece;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.FailedTexts;
import org.opensearch.core.action.ActionListener;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Ingest processor {@code affinity_encode}: encodes texts of documents as unit vectors and writes them into fields. The texts of all
 * documents of a bulk request, for all targets, are encoded together, outside the write thread. A document without text gets no
 * vector, and an existing one is removed. If a field is not text, or a text cannot be encoded, only its document fails. Thread-safe.
 */
public final class EncodeProcessor extends AbstractBatchingProcessor {
    public static final String TYPE = "affinity_encode";
    public static final String DEFAULT_MODEL = "all-minilm-l6-v2";

    private final Encoder encoder;
    private final String model;
    private final int dimension;
    private final Chunking chunking;
    private final List<VectorTarget> targets;

    /**
     * @param chunking how texts longer than the model's input are encoded
     * @throws IllegalArgumentException if there is no such model, naming the available ones
     */
    EncodeProcessor(
        String tag,
        String description,
        int batchSize,
        Encoder encoder,
        String model,
        Chunking chunking,
        List<VectorTarget> targets
    ) {
        super(tag, description, batchSize);
        this.encoder = encoder;
        this.model = model;
        this.dimension = encoder.models().pack(model).dimension();
        this.chunking = chunking;
        this.targets = targets;
    }

    @Override
    public String getType() {
        return TYPE;
    }

    /** Not supported, as it would block a write thread. The node calls the variants with a handler. */
    @Override
    public IngestDocument execute(IngestDocument document) {
        throw new UnsupportedOperationException("[" + TYPE + "] encodes asynchronously; call execute with a handler");
    }

    @Override
    public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
        subBatchExecute(List.of(new IngestDocumentWrapper(0, 0, document, null)), results -> {
            IngestDocumentWrapper result = results.getFirst();
            handler.accept(result.getIngestDocument(), result.getException());
        });
    }

    /**
     * Calls the handler with the documents in their original order, independent of the order in which batches end. A node assigns the
     * failures of a bulk request to documents by this order.
     */
    @Override
    public void batchExecute(List<IngestDocumentWrapper> documents, Consumer<List<IngestDocumentWrapper>> handler) {
        super.batchExecute(documents, results -> {
            List<IngestDocumentWrapper> ordered = new ArrayList<>(results);
            ordered.sort(Comparator.comparingInt(IngestDocumentWrapper::getSlot).thenComparingInt(IngestDocumentWrapper::getChildSlot));
            handler.accept(ordered);
        });
    }

    /**
     * A document of the batch whose texts are to be encoded.
     *
     * @param position  of the document in the batch
     * @param firstText position of its first text among all texts of the batch
     * @param pieces    by target
     */
    private record PendingDocument(int position, int firstText, List<List<Piece>> pieces) {
        Stream<String> texts() {
            return pieces.stream().flatMap(List::stream).map(Piece::text).filter(Objects::nonNull);
        }

        /** The failure of this document, given the failure of the batch; null if none of the document's texts failed. */
        Exception failure(Exception e) {
            Stream<Exception> own = texts().map(text -> e);
            if (e instanceof FailedTexts some) {
                own = Stream.of(some.failures()).skip(firstText).limit(texts().count());
            }
            return own.filter(Objects::nonNull).findFirst().orElse(null);
        }
    }

    @Override
    protected void subBatchExecute(List<IngestDocumentWrapper> documents, Consumer<List<IngestDocumentWrapper>> handler) {
        List<IngestDocumentWrapper> results = new ArrayList<>(documents);
        List<String> texts = new ArrayList<>();
        List<PendingDocument> pending = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            PendingDocument document = read(results, i, texts.size());
            if (document != null) {
                pending.add(document);
                document.texts().forEach(texts::add);
            }
        }
        if (texts.isEmpty()) {
            pending.forEach(document -> write(results, document, new float[0][]));
            handler.accept(results);
            return;
        }
        // Not ActionListener.wrap: it would call the handler again if the handler itself fails.
        encoder.encode(model, Purpose.ITEM, chunking, texts, null, new ActionListener<>() {
            @Override
            public void onResponse(float[][] vectors) {
                pending.forEach(document -> write(results, document, vectors));
                handler.accept(results);
            }

            @Override
            public void onFailure(Exception e) {
                float[][] vectors = e instanceof FailedTexts some ? some.vectors() : new float[0][];
                for (PendingDocument document : pending) {
                    Exception failure = document.failure(e);
                    if (failure == null) {
                        write(results, document, vectors);
                    } else {
                        fail(results, document.position, failure);
                    }
                }
                handler.accept(results);
            }
        });
    }

    /** Reads the texts of the document at a position. Null if the document failed before, or fails now. */
    private PendingDocument read(List<IngestDocumentWrapper> results, int position, int firstText) {
        IngestDocument document = results.get(position).getIngestDocument();
        if (results.get(position).getException() != null || document == null) {
            return null;
        }
        try {
            return new PendingDocument(position, firstText, targets.stream().map(target -> target.pieces(document, dimension)).toList());
        } catch (Exception e) {
            fail(results, position, e);
            return null;
        }
    }

    private void write(List<IngestDocumentWrapper> results, PendingDocument pending, float[][] encoded) {
        IngestDocument document = results.get(pending.position).getIngestDocument();
        int next = pending.firstText;
        try {
            for (int i = 0; i < targets.size(); i++) {
                List<Piece> pieces = pending.pieces.get(i);
                write(document, targets.get(i).field(), VectorTarget.combine(pieces, encoded, next));
                next += (int) pieces.stream().filter(piece -> piece.text() != null).count();
            }
        } catch (Exception e) {
            fail(results, pending.position, e);
        }
    }

    /** Sets the target field, or removes it if the vector is null. */
    private static void write(IngestDocument document, String target, float[] vector) {
        if (vector == null) {
            if (document.hasField(target)) {
                document.removeField(target);
            }
            return;
        }
        // A list and not an array: scripts, simulate and copies of the document support no arrays.
        List<Float> values = new ArrayList<>(vector.length);
        for (float value : vector) {
            values.add(value);
        }
        document.setFieldValue(target, values);
    }

    private static void fail(List<IngestDocumentWrapper> results, int position, Exception e) {
        IngestDocumentWrapper failed = results.get(position);
        results.set(position, new IngestDocumentWrapper(failed.getSlot(), failed.getChildSlot(), null, e));
    }
}
