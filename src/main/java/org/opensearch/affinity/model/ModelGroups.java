package org.opensearch.affinity.model;

import org.apache.lucene.index.IndexReader;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.common.util.CachedSupplier;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The concepts and the segments of an open model, for people. All rows are read once, when somebody asks. Thread-safe. */
public final class ModelGroups {
    private final OpenModel model;
    private final IndexReader reader;
    private final CachedSupplier<List<ModelGroup>> concepts = new CachedSupplier<>(this::readConcepts);
    private final CachedSupplier<List<ModelGroup>> segments = new CachedSupplier<>(this::readSegments);

    ModelGroups(OpenModel model, IndexReader reader) {
        this.model = model;
        this.reader = reader;
    }

    /**
     * Returns the concepts or the segments by number; none if the model was trained without them.
     *
     * @param part    {@link Signal#CONCEPTS} or {@link Signal#SEGMENTS}
     * @param history items of a user; empty for none
     * @throws UncheckedIOException if the model cannot be read
     */
    List<ModelGroup> describe(String part, List<String> history) {
        ItemConcepts ofItems = part.equals(Signal.CONCEPTS) ? model.concepts() : null;
        if (ofItems != null) {
            return ConceptReader.ofUser(concepts.get(), ofItems, model.documents(history));
        }
        SegmentLayers layers = part.equals(Signal.SEGMENTS) ? layers() : null;
        return layers == null ? List.of() : SegmentReader.ofUser(segments.get(), layers, model.rows(part), model.documents(history));
    }

    /** Returns the number of segments; 0 for a model that was trained without them. */
    public int segments() {
        return layers() == null ? 0 : layers().tree().groups().size();
    }

    private SegmentLayers layers() {
        PartEncoder encoder = model.encoder(Signal.SEGMENTS);
        return encoder == null ? null : encoder.segments();
    }

    private List<ModelGroup> readConcepts() {
        try {
            return ConceptReader.read(model.concepts(), reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<ModelGroup> readSegments() {
        try {
            return SegmentReader.read(layers(), model.rows(Signal.SEGMENTS), reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
