package org.opensearch.affinity.profile.label;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.label.CharacteristicTerms.Candidate;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;

/**
 * Labels interests with the {@link CharacteristicTerms} and the titles of their example items. A label depends on the examples and
 * the catalogue only, so labels are cached by examples, for all users, for up to an hour. Reads the catalogue with the plugin's own
 * permissions. Thread-safe.
 */
public final class InterestLabels {
    private static final Logger LOGGER = LogManager.getLogger(InterestLabels.class);
    private static final long MAX_BYTES = 8L << 20;
    private static final TimeValue MAX_AGE = TimeValue.timeValueHours(1);
    /** The most concurrent look-ups for searches; labels of further searches are missing until they search again. */
    private static final int MAX_LOOK_UPS = 4;

    /**
     * The label of one interest.
     *
     * @param terms  words and phrases, most characteristic first; empty if the items have no text
     * @param titles of the example items, by item; without those that have none
     */
    public record Label(List<String> terms, Map<String, String> titles) {
        private static final Label NONE = new Label(List.of(), Map.of());

        /** Reads a field of another object. */
        static Label read(StreamInput in) throws IOException {
            return new Label(in.readStringList(), in.readMap(StreamInput::readString, StreamInput::readString));
        }

        /** Writes what {@link #read} reads. */
        void write(StreamOutput out) throws IOException {
            out.writeStringCollection(terms);
            out.writeMap(titles, StreamOutput::writeString, StreamOutput::writeString);
        }

        /** Returns the terms in one line; empty without terms. */
        public String text() {
            return String.join(", ", terms);
        }

        /** Returns an estimate of the size on the heap. */
        private long bytes() {
            LongStream ofTitles = titles.entrySet().stream().mapToLong(title -> title.getKey().length() + title.getValue().length());
            return 500 + 200L * titles.size() + 2 * (text().length() + ofTitles.sum());
        }
    }

    private record Key(TrackedItems items, List<String> examples) {
        static Key of(TrackedItems items, List<Interest.Example> examples) {
            return new Key(items, examples.stream().map(Interest.Example::item).toList());
        }
    }

    private final Cache<Key, Label> labels = CacheBuilder.<Key, Label>builder()
        .setMaximumWeight(MAX_BYTES)
        .weigher((key, label) -> label.bytes())
        .setExpireAfterWrite(MAX_AGE)
        .build();
    private final Semaphore lookUps = new Semaphore(MAX_LOOK_UPS);

    /**
     * Returns cached labels without waiting, and starts to look up the missing ones for later calls.
     *
     * @return one line for each interest, in the order of the interests; empty if the label is not cached
     */
    public List<String> known(Client client, TrackedItems items, List<Interest> interests) {
        List<Label> known = interests.stream().map(interest -> labels.get(Key.of(items, interest.examples()))).toList();
        if (known.contains(null) && lookUps.tryAcquire()) {
            label(client, items, interests, ActionListener.runAfter(ActionListener.wrap(found -> {}, e -> {
                LOGGER.debug("cannot read the items of [{}] to label interests", items.index(), RedactedException.of(e));
            }), lookUps::release));
        }
        return known.stream().map(label -> label == null ? "" : label.text()).toList();
    }

    /**
     * Labels interests.
     *
     * @param listener called with the labels in the order of the interests; that of an interest whose items do not exist is empty
     */
    public void label(Client client, TrackedItems items, List<Interest> interests, ActionListener<List<Label>> listener) {
        labelExamples(client, items, interests.stream().map(Interest::examples).toList(), listener);
    }

    /**
     * Labels groups of items.
     *
     * @param groups   items with weights, by group
     * @param listener called with the labels in the order of the groups; that of a group whose items do not exist is empty
     */
    public void labelExamples(Client client, TrackedItems items, List<List<Interest.Example>> groups, ActionListener<List<Label>> listener) {
        List<Label> known = new ArrayList<>();
        Set<String> examples = new LinkedHashSet<>();
        for (List<Interest.Example> group : groups) {
            Label label = items.textFields().isEmpty() || group.isEmpty() ? Label.NONE : labels.get(Key.of(items, group));
            known.add(label);
            if (label == null) {
                group.forEach(example -> examples.add(example.item()));
            }
        }
        if (examples.isEmpty()) {
            listener.onResponse(known);
            return;
        }
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            CatalogueTexts texts = new CatalogueTexts(client, items);
            texts.read(examples, ActionListener.wrap(read -> choose(texts, items, groups, known, read, listener), listener::onFailure));
        }
    }

    /** Chooses the labels that are not known, and caches them. */
    private void choose(
        CatalogueTexts texts,
        TrackedItems items,
        List<List<Interest.Example>> groups,
        List<Label> known,
        Map<String, CatalogueTexts.Item> read,
        ActionListener<List<Label>> listener
    ) {
        List<CharacteristicTerms> terms = groups.stream().map(group -> terms(group, read)).toList();
        List<Candidate> phrases = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            phrases.addAll(known.get(i) == null ? terms.get(i).phrases() : List.of());
        }
        texts.countItems(ActionListener.wrap(itemCounts -> texts.countPhrases(phrases, ActionListener.map(listener, counts -> {
            Map<String, Long> fieldCounts = zip(items.textFields(), itemCounts);
            Map<Candidate, Long> phraseCounts = zip(phrases, counts);
            List<Label> all = new ArrayList<>(known);
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i) == null) {
                    Label label = new Label(terms.get(i).choose(phraseCounts, fieldCounts), titles(groups.get(i), read));
                    labels.put(Key.of(items, groups.get(i)), label);
                    all.set(i, label);
                }
            }
            return all;
        })), listener::onFailure));
    }

    private static CharacteristicTerms terms(List<Interest.Example> group, Map<String, CatalogueTexts.Item> read) {
        CharacteristicTerms terms = new CharacteristicTerms();
        for (Interest.Example example : group) {
            CatalogueTexts.Item item = read.get(example.item());
            if (item != null && example.weight() > 0) {
                terms.add(example.weight(), item.texts());
            }
        }
        return terms;
    }

    private static Map<String, String> titles(List<Interest.Example> group, Map<String, CatalogueTexts.Item> read) {
        Map<String, String> titles = new HashMap<>();
        for (Interest.Example example : group) {
            CatalogueTexts.Item item = read.get(example.item());
            if (item != null && item.title() != null) {
                titles.put(example.item(), item.title());
            }
        }
        return titles;
    }

    /** Returns a map of keys to the values at the same places. */
    private static <K> Map<K, Long> zip(List<K> keys, List<Long> values) {
        Map<K, Long> zipped = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            zipped.put(keys.get(i), values.get(i));
        }
        return zipped;
    }
}
