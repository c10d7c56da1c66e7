package org.opensearch.affinity.manage;

import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.cluster.StoredSource;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks whether the indices of a tracker can be followed: that they have the fields of the definition in the types that it needs, and keep the
 * values that it reads. An error names the option, the index and what would be right.
 */
final class TrackedFields {
    private static final String AFFINITY_VECTOR = "affinity_vector";
    private static final Set<String> VECTOR_TYPES = Set.of(AFFINITY_VECTOR, "knn_vector");
    private static final Set<String> ID_TYPES = Set.of("keyword");
    private static final Set<String> TEXT_TYPES = Set.of("text", "match_only_text", "keyword");
    private static final Set<String> SIGNAL_TYPES = Set.of(
        "long",
        "integer",
        "short",
        "byte",
        "double",
        "float",
        "half_float",
        "scaled_float",
        "unsigned_long",
        "token_count",
        "boolean",
        "date",
        "date_nanos"
    );
    private static final String ALIAS = "alias";

    private final Tracker tracker;
    private final ClusterState state;
    private final IndexNameExpressionResolver resolver;

    TrackedFields(Tracker tracker, ClusterState state, IndexNameExpressionResolver resolver) {
        this.tracker = tracker;
        this.state = state;
        this.resolver = resolver;
    }

    /** @throws IllegalArgumentException if there is no item index, or the indices of items or events cannot be followed */
    void check() {
        for (IndexMetadata index : itemIndices()) {
            checkItems(tracker.items(), index);
            for (Signal signal : tracker.signals()) {
                checkSignal(signal, index);
            }
        }
        // The log may appear later.
        IndexExpressions.open(tracker.events().expressions(), state, resolver).forEach(this::checkEvents);
    }

    private List<IndexMetadata> itemIndices() {
        String name = tracker.items().index();
        if (IndexExpressions.isDataStream(name, state)) {
            throw new IllegalArgumentException(
                "[items.index] [" + name + "] is a data stream, whose documents cannot be updated: name an index, an alias or a pattern"
            );
        }
        List<IndexMetadata> indices = IndexExpressions.all(new String[] { name }, state, resolver);
        if (indices.isEmpty()) {
            throw new IllegalArgumentException("[items.index] no such index [" + name + "]: create it first");
        }
        for (IndexMetadata index : indices) {
            if (index.getState() != IndexMetadata.State.OPEN) {
                throw new IllegalArgumentException("[items.index] index [" + index.getIndex().getName() + "] is closed: open it first");
            }
        }
        return indices;
    }

    private static void checkItems(TrackedItems items, IndexMetadata index) {
        StoredSource source = StoredSource.of(index.mapping());
        if (source.isEnabled() == false) {
            throw refused("items.index", index.getIndex().getName(), index, "has no [_source], which reading fields of items needs");
        }
        MappedField vector = requireType("items.vector_field", items.vectorField(), VECTOR_TYPES, index);
        requireAtTop("items.vector_field", vector, index);
        if (vector.type().equals(AFFINITY_VECTOR) == false) {
            requireKept("items.vector_field", vector, source, index);
        }
        if (items.idField().equals("_id") == false) {
            checkId(requireType("items.id_field", items.idField(), ID_TYPES, index), index);
        }
        for (String field : items.textFields()) {
            MappedField text = requireType("items.text_fields", field, TEXT_TYPES, index);
            requireAtTop("items.text_fields", text, index);
            requireKept("items.text_fields", text, source, index);
        }
    }

    private static void checkId(MappedField id, IndexMetadata index) {
        requireAtTop("items.id_field", id, index);
        if (id.hasDocValues() == false) {
            throw refused("items.id_field", id.path(), index, "must have doc values: map it without [doc_values]: false");
        }
        if (id.definition().get("normalizer") != null) {
            throw refused(
                "items.id_field",
                id.path(),
                index,
                "has a normalizer, so its ids are not those that events name: add a sub-field of type [keyword] without one, and name that"
            );
        }
    }

    private static void checkSignal(Signal signal, IndexMetadata index) {
        MappedField field = MappedField.of(signal.field(), index.mapping());
        if (ALIAS.equals(field.type())) {
            field = MappedField.of(field.sourcePath(), index.mapping());
        }
        if (signal.field().isEmpty() || field.type() == null) {
            return; // the signal is 0 for items of an index without the field
        }
        String option = "signals." + signal.name() + ".field";
        requireType(option, field.path(), SIGNAL_TYPES, index);
        requireAtTop(option, field, index);
        if (field.hasDocValues() == false) {
            throw refused(option, field.path(), index, "must have doc values: map it without [doc_values]: false");
        }
    }

    private void checkEvents(IndexMetadata index) {
        StoredSource source = StoredSource.of(index.mapping());
        if (source.isEnabled() == false) {
            throw refused("events.index", index.getIndex().getName(), index, "has no [_source], from which events are read");
        }
        EventFields fields = tracker.events().fields();
        if (fields.user().stream().noneMatch(user -> source.keeps(MappedField.of(user, index.mapping()).sourcePath()))) {
            throw refused("events.fields.user", String.join(", ", fields.user()), index, "is not kept in [_source], from which events are read");
        }
        requireRead("events.fields.item", fields.item(), source, index);
        requireRead("events.fields.action", fields.action(), source, index);
        requireRead("events.fields.time", fields.time(), source, index);
        if (fields.id().equals(EventFields.DOCUMENT_ID) == false) {
            requireRead("events.fields.id", fields.id(), source, index);
        }
        if (fields.rating().equals(EventFields.UBI.rating()) == false) {
            requireRead("events.fields.rating", fields.rating(), source, index);
        }
        for (String path : tracker.contexts().paths()) {
            requireRead("context", path, source, index);
        }
    }

    /** Requires that the log keeps the values of a field, which may be a sub-field or an alias: {@code EventReader} reads those of its field. */
    private static void requireRead(String option, String field, StoredSource source, IndexMetadata index) {
        if (source.keeps(MappedField.of(field, index.mapping()).sourcePath()) == false) {
            throw refused(option, field, index, "is not kept in [_source], from which it is read: see its [includes] and [excludes]");
        }
    }

    private static MappedField requireType(String option, String field, Set<String> wanted, IndexMetadata index) {
        MappedField mapped = MappedField.of(field, index.mapping());
        String type = mapped.type();
        if (type == null || wanted.contains(type) == false) {
            String got = type == null ? "no such field" : "[" + type + "]";
            throw refused(option, field, index, "must be a field of type " + new TreeSet<>(wanted) + ", got " + got);
        }
        return mapped;
    }

    private static void requireAtTop(String option, MappedField field, IndexMetadata index) {
        if (field.nestedIn() != null) {
            String reason = "is in the nested object [" + field.nestedIn() + "], whose values are in documents of their own: name a field outside";
            throw refused(option, field.path(), index, reason);
        }
    }

    private static void requireKept(String option, MappedField field, StoredSource source, IndexMetadata index) {
        if (source.keeps(field.sourcePath()) == false) {
            throw refused(option, field.path(), index, "is not kept in [_source], from which it is read: see its [includes] and [excludes]");
        }
    }

    private static IllegalArgumentException refused(String option, String field, IndexMetadata index, String reason) {
        return new IllegalArgumentException("[" + option + "] [" + field + "] of index [" + index.getIndex().getName() + "] " + reason);
    }
}
