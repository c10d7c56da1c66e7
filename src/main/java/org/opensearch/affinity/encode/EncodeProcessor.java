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
 * Ingest processor {@code affinity_encode}: writes unit vectors of a document's text into fields. The texts of all documents
 * of a bulk request, for all targets, are encoded together, off the write thread. A document without text has no vector, a
 * stale one is removed; a document whose fields are no text, or whose text the
 * model fails for, fails alone.
 */
public final class EncodeProcessor extends AbstractBatchingProcessor {
    public static final String TYPE = "affinity_encode";
    public static final String DEFAULT_MODEL = "all-minilm-l6-v2";

    private final Encoder encoder;
    private final String model;
    private final int dimension;
    private final Chunking chunking;
    private final List<VectorTarget> targets;

    /** @param chunking of texts longer than the model reads */
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

    /** Not supported: it would block a thread that must not wait. The node calls the variants with a handler. */
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
     * Answers in the documents' order, whatever order the batches end in. A node puts the failures of a bulk request into its
     * answer in the order in which it hears of them, so otherwise documents would get each other's errors.
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
     * What one document gives to the batch.
     *
     * @param position of the document in the batch
     * @param first    its first text among the batch's
     * @param pieces   by target
     */
    private record Draft(int position, int first, List<List<Piece>> pieces) {
        Stream<String> texts() {
            return pieces.stream().flatMap(List::stream).map(Piece::text).filter(Objects::nonNull);
        }

        /** What a failure of the batch means for this document: null if none of its texts failed. */
        Exception failure(Exception e) {
            Stream<Exception> own = texts().map(text -> e);
            if (e instanceof FailedTexts some) {
                own = Stream.of(some.failures()).skip(first).limit(texts().count());
            }
            return own.filter(Objects::nonNull).findFirst().orElse(null);
        }
    }

    @Override
    protected void subBatchExecute(List<IngestDocumentWrapper> documents, Consumer<List<IngestDocumentWrapper>> handler) {
        List<IngestDocumentWrapper> results = new ArrayList<>(documents);
        List<String> texts = new ArrayList<>();
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Draft draft = draft(results, i, texts.size());
            if (draft != null) {
                drafts.add(draft);
                draft.texts().forEach(texts::add);
            }
        }
        if (texts.isEmpty()) {
            drafts.forEach(draft -> write(results, draft, new float[0][]));
            handler.accept(results);
            return;
        }
        // Not ActionListener.wrap: it would call the handler again if the handler itself fails.
        encoder.encode(model, Purpose.ITEM, chunking, texts, null, new ActionListener<>() {
            @Override
            public void onResponse(float[][] vectors) {
                drafts.forEach(draft -> write(results, draft, vectors));
                handler.accept(results);
            }

            @Override
            public void onFailure(Exception e) {
                float[][] vectors = e instanceof FailedTexts some ? some.vectors() : new float[0][];
                for (Draft draft : drafts) {
                    Exception failure = draft.failure(e);
                    if (failure == null) {
                        write(results, draft, vectors);
                    } else {
                        fail(results, draft.position, failure);
                    }
                }
                handler.accept(results);
            }
        });
    }

    /** What the document at this position has to encode, or null if it has failed already. */
    private Draft draft(List<IngestDocumentWrapper> results, int position, int first) {
        IngestDocument document = results.get(position).getIngestDocument();
        if (results.get(position).getException() != null || document == null) {
            return null;
        }
        try {
            return new Draft(position, first, targets.stream().map(target -> target.pieces(document, dimension)).toList());
        } catch (Exception e) {
            fail(results, position, e);
            return null;
        }
    }

    private void write(List<IngestDocumentWrapper> results, Draft draft, float[][] encoded) {
        IngestDocument document = results.get(draft.position).getIngestDocument();
        int next = draft.first;
        try {
            for (int i = 0; i < targets.size(); i++) {
                List<Piece> pieces = draft.pieces.get(i);
                write(document, targets.get(i).field(), VectorTarget.sum(pieces, encoded, next));
                next += (int) pieces.stream().filter(piece -> piece.text() != null).count();
            }
        } catch (Exception e) {
            fail(results, draft.position, e);
        }
    }

    private static void write(IngestDocument document, String target, float[] vector) {
        if (vector == null) {
            if (document.hasField(target)) {
                document.removeField(target);
            }
            return;
        }
        // A plain list: what scripts, simulate and copies of the document understand.
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
