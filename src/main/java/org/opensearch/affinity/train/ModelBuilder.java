package org.opensearch.affinity.train;

import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.neighbour.ContentMap;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.learn.network.EarlierNetwork;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.NetworkMethod;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.PartEncoder;
import org.opensearch.affinity.model.RowEncoder;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.train.part.LearnedPart;
import org.opensearch.affinity.train.part.LearnedRatings;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.RatingMethod;
import org.opensearch.affinity.train.part.VectorPart;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** Learns the rows of models and writes them to the models' indices. Calls block. */
final class ModelBuilder {
    private static final int ROWS_PER_BULK = 500;
    private static final int ROWS_PER_CHUNK = 50;
    /**
     * Similarities are divided by this multiple of the typical one; those above it count no more. The largest one would be no scale that
     * weights can be learned for: it changes with a few events.
     */
    private static final float HEADROOM = 8;

    private final ModelIndex models;
    private final ParallelFor parallel;
    private final TrainTask task;
    private final Tracker tracker;
    private final Interactions interactions;
    private final ItemContents contents;
    private final NetworkInputs networks;
    private final RankNode node;

    /** @param journal keeps how far networks are */
    ModelBuilder(
        TrainingResources resources,
        Tracker tracker,
        Interactions interactions,
        ItemContents contents,
        NetworkInputs.Journal journal
    ) {
        this.tracker = tracker;
        this.interactions = interactions;
        this.contents = contents;
        networks = new NetworkInputs(resources.device(), contents.vectors()).with(journal);
        node = resources.node();
        models = new ModelIndex(resources.client());
        parallel = resources.parallel();
        task = resources.task();
    }

    /**
     * How a model is learned.
     *
     * @param parts    the other parts with item vectors
     * @param ratings  null for a model that does not predict ratings
     * @param earlier  the model whose networks are continued; null to learn all anew
     * @param diverged is told of a part that cannot be learned with its settings, and throws what it is told unless the part is left out
     */
    record Plan(
        Neighbourhood neighbours,
        List<PartMethod> parts,
        RatingMethod ratings,
        EarlierModel earlier,
        BiConsumer<VectorPart, NetworkMethod.DivergedException> diverged
    ) {
        /** Returns the same for other parts, without continuing one. */
        Plan with(List<PartMethod> others, RatingMethod rating) {
            return new Plan(neighbours, others, rating, null, diverged);
        }
    }

    /**
     * What was learned.
     *
     * @param content           how well item vectors explain similarities
     * @param typicalSimilarity see {@link Neighbours#typicalSimilarity}
     * @param parts             the other parts with item vectors
     * @param ratings           null for a model without them
     */
    record Learned(ContentMap.Fit content, float typicalSimilarity, List<LearnedPart> parts, LearnedRatings ratings) {}

    /**
     * Learns a model and writes its rows. The model is unfinished until {@link #describe}.
     *
     * @param matrix the interactions that the filter includes
     */
    Learned build(int number, InteractionMatrix matrix, Interactions.Filter filter, Plan plan) {
        Neighbours neighbours = plan.neighbours.learn(matrix, parallel, task.begin("learning neighbours"));
        ContentMap content = ContentMap.learn(neighbours, contents.vectors(), parallel, task.begin("learning the content map"));
        List<LearnedPart> parts = new ArrayList<>();
        for (PartMethod other : plan.parts) {
            ProgressListener progress = task.begin("learning " + other.part().signal());
            NetworkInputs inputs = plan.earlier == null ? networks : networks.continuing(earlier(other, plan.earlier));
            try {
                parts.add(LearnedPart.learn(other, matrix, inputs, Training.SEED, parallel, progress));
            } catch (NetworkMethod.DivergedException e) {
                plan.diverged.accept(other.part(), e);
            }
        }
        LearnedRatings ratings = plan.ratings == null
            ? null
            : LearnedRatings.learn(plan.ratings, interactions.ratings(filter), parallel, task.begin("learning " + Signal.RATINGS));
        double[] popularities = interactions.popularities(filter, tracker.decay());
        double[] totals = interactions.popularities(filter, Decay.NONE);
        float typicalSimilarity = neighbours.typicalSimilarity(matrix);
        float scale = Math.max(Float.MIN_NORMAL, HEADROOM * typicalSimilarity);
        write(number, new Rows(interactions.items(), popularities, totals, neighbours, content, scale, parts, ratings));
        return new Learned(content.fit(), typicalSimilarity, parts, ratings);
    }

    /** Returns null for a part that is no network. */
    private EarlierNetwork earlier(PartMethod part, EarlierModel earlier) {
        BitSet since = interactions.usersSince(earlier.newest());
        return part.part().isNetwork() ? earlier.network(part.part().signal(), interactions.items(), since, node) : null;
    }

    private void write(int number, Rows rows) {
        Map<String, RowEncoder> encoders = rows.encoders();
        Blocking.<Void>await(listener -> models.create(tracker.name(), number, encoders, listener));
        ProgressListener progress = task.begin("writing the model");
        for (int first = 0; first < rows.size(); first += ROWS_PER_BULK) {
            int offset = first;
            ModelIndex.Row[] bulk = new ModelIndex.Row[Math.min(ROWS_PER_BULK, rows.size() - offset)];
            parallel.run(bulk.length, ROWS_PER_CHUNK, ProgressListener.NONE, (from, to) -> {
                for (int i = from; i < to; i++) {
                    bulk[i] = rows.row(offset + i);
                }
            });
            Blocking.<Void>await(listener -> models.write(tracker.name(), number, List.of(bulk), listener));
            progress.at((double) (offset + bulk.length) / rows.size());
        }
        Blocking.<Void>await(listener -> models.writeEncoders(tracker.name(), number, encoders, listener));
        Blocking.<Void>await(listener -> models.seal(tracker.name(), number, listener));
    }

    /** Stores the description of a model. A model without one is unfinished and cannot be activated. */
    void describe(TrainingResult result) {
        Blocking.<Void>await(listener -> models.describe(tracker.name(), result.about(), result.active(), listener));
    }

    /** Deletes a model. A failure is ignored: the index may not exist, and the next training deletes unfinished models. */
    void delete(int number) {
        try {
            Blocking.<Void>await(listener -> models.delete(List.of(IndexNames.MODELS.index(tracker.name(), number)), listener));
        } catch (RuntimeException e) {
            // See above.
        }
    }

    /** The rows of one model. Thread-safe. */
    private static final class Rows {
        private final List<String> items;
        private final double[] popularities;
        private final double[] totals;
        private final Neighbours neighbours;
        private final BitSet known;
        private final ContentMap content;
        private final float scale;
        private final List<LearnedPart> parts;
        private final LearnedRatings ratings;

        /** @param scale that similarities are divided by */
        Rows(
            List<String> items,
            double[] popularities,
            double[] totals,
            Neighbours neighbours,
            ContentMap content,
            float scale,
            List<LearnedPart> parts,
            LearnedRatings ratings
        ) {
            this.parts = parts;
            this.ratings = ratings;
            this.items = items;
            this.popularities = popularities;
            this.totals = totals;
            this.neighbours = neighbours;
            this.content = content;
            this.scale = scale;
            known = neighbours.known();
        }

        int size() {
            return neighbours.items();
        }

        Map<String, RowEncoder> encoders() {
            Map<String, RowEncoder> encoders = new LinkedHashMap<>();
            parts.forEach(part -> encoders.put(part.method().part().signal(), part.encoder()));
            if (ratings != null) {
                encoders.put(Signal.RATINGS, ratings.encoder());
            }
            return encoders;
        }

        ModelIndex.Row row(int item) {
            int size = neighbours.size(item);
            List<String> ids = IntStream.range(0, size).mapToObj(rank -> items.get(neighbours.neighbour(item, rank))).toList();
            float[] similarities = new float[size];
            for (int rank = 0; rank < size; rank++) {
                similarities[rank] = neighbours.similarity(item, rank) / scale;
            }
            float[] vector = content.vector(item);
            for (int d = 0; d < vector.length; d++) {
                vector[d] /= scale;
            }
            float popularity = (float) popularities[item];
            Map<String, ModelIndex.ItemVector> vectors = new HashMap<>();
            parts.forEach(part -> vectors.put(part.method().part().signal(), part.vector(item)));
            if (ratings != null) {
                vectors.put(Signal.RATINGS, ratings.vector(item));
            }
            return new ModelIndex.Row(items.get(item), popularity, (float) totals[item], ids, similarities, known.get(item), vector, vectors);
        }
    }
}
