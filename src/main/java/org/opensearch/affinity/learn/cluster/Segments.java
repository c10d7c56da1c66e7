package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.RamUsageEstimator;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.factor.LowPass;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns nested segments of users by what they like, and what is popular in each. The taste of an item is its direction by graph convolution
 * ({@link LowPass}), that of a user the direction of the sum of the items' directions, and segments are groups of users' tastes ({@link
 * SegmentLearning}). The popularity of item i in a segment g with the parent p is
 *
 * <pre>p_g(i) = (n_g(i) + prior · p_p(i)) / (n_g + prior)</pre>
 *
 * with n_g(i) of the n_g interactions of its users, and {@code p(i) = n(i) / n} for everyone: a Dirichlet prior of what is popular one level
 * above (hierarchical shrinkage, MacKay and Peto, "A hierarchical Dirichlet language model", 1995). So a segment with little evidence has the
 * popularity of its parent. The score of an item is the mean over the user's segments of {@code log(1 + items · p_g(i))}, which is log 2 for an
 * item of mean popularity.
 *
 * @param levels      largest number of levels, at least 1
 * @param taste       dimension of tastes, at least 1
 * @param temperature of the probabilities of segments, above 0
 * @param prior       weight of the popularity one level above, as a number of interactions, above 0
 * @param density     whether segments are dense groups, so that outliers belong to none
 * @param least       least number of users of a segment, at least 1
 * @param random      whether tastes are random directions, as a control
 * @param found       segments to learn from where they are those of the interactions; null for none
 */
public record Segments(int levels, int taste, double temperature, double prior, boolean density, int least, boolean random, long seed, Found found)
    implements
        FactorMethod {
    public static final int MAX_LEVELS = 4;
    public static final int MAX_TASTE = 256;
    /** Numbers of segments within a segment to choose from. */
    private static final List<Integer> SIZES = List.of(2, 3, 4, 6, 8);
    private static final int MOST_SIZE = 8;
    private static final int ITEMS_PER_CHUNK = 64;

    /**
     * Segments of interactions, whatever the temperature and the prior.
     *
     * @param tastes by item, of length 1; null for an item that nobody took
     * @param paths  by user, the segment on each level
     */
    public record Found(InteractionMatrix interactions, float[][] tastes, SegmentTree tree, int[][] paths) {}

    /** @throws IllegalArgumentException if a setting is out of range */
    public Segments {
        if (levels < 1 || taste < 1 || temperature > 0 == false || prior > 0 == false || least < 1) {
            throw new IllegalArgumentException(
                "[levels], [taste] and [least] must be at least 1, [temperature] and [prior] above 0, got [" + levels + "], [" + taste + "], ["
                    + least + "], [" + temperature + "], [" + prior + "]"
            );
        }
    }

    /** Returns the settings that a search begins with. */
    public static Segments standard() {
        return new Segments(3, 128, 0.1, 100, false, 50, false, 1, null);
    }

    /** Returns the hyperparameters to tune. */
    public static List<Hyperparameter<Segments>> hyperparameters() {
        return List.of(
            Hyperparameter.of("temperature", Segments::withTemperature, 0.01, 0.03, 0.1, 0.2),
            Hyperparameter.of("prior", Segments::withPrior, 1.0, 10.0, 100.0, 1_000.0)
        );
    }

    /**
     * Returns the heap that learning takes.
     *
     * @param least number of users of a segment, at least 1
     */
    public static long bytes(InteractionMatrix interactions, int taste, int levels, int least) {
        long segments = 0;
        long ofLevel = MOST_SIZE;
        for (int level = 1; level <= levels; level++) {
            segments += ofLevel;
            ofLevel *= MOST_SIZE;
        }
        int most = (int) Math.min(Math.min(segments, SegmentLearning.MAX_GROUPS), (long) levels * interactions.users() / least);
        long perItem = Float.BYTES * (SegmentLayers.dimension(taste, most) + (long) taste);
        long perUser = RamUsageEstimator.NUM_BYTES_ARRAY_HEADER + (long) Integer.BYTES * (levels + 1);
        long ofSample = (long) Float.BYTES * SegmentLearning.SAMPLE * taste;
        long ofColumns = 2L * Integer.BYTES * interactions.size();
        return LowPass.bytes(interactions, taste) + perItem * interactions.items() + perUser * interactions.users() + ofSample + ofColumns;
    }

    /** Returns a control: the same with random tastes. */
    public Segments untrained() {
        return new Segments(levels, taste, temperature, prior, density, least, true, seed, null);
    }

    public Segments withTemperature(double other) {
        return new Segments(levels, taste, other, prior, density, least, random, seed, found);
    }

    public Segments withPrior(double other) {
        return new Segments(levels, taste, temperature, other, density, least, random, seed, found);
    }

    /** Returns the same with the segments of interactions, for several trials. */
    public Segments prepared(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        return with(found(interactions, parallel, progress));
    }

    /** Returns the same without what {@link #prepared} has computed. */
    public Segments withoutFound() {
        return with(null);
    }

    private Segments with(Found other) {
        return new Segments(levels, taste, temperature, prior, density, least, random, seed, other);
    }

    /** Returns the dimension of tastes; rows are longer by one number for each segment. */
    @Override
    public int dimension() {
        return taste;
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        if (interactions.size() == 0) {
            return Factors.none(interactions.items());
        }
        Found known = found != null && found.interactions == interactions ? found : found(interactions, parallel, progress.part(0, 0.9));
        SegmentTree tree = known.tree.withTemperature(temperature);
        int segments = tree.groups().size();
        int[] users = new int[1 + segments];
        long[] sizes = new long[segments];
        for (int user = 0; user < known.paths.length; user++) {
            users[0] += interactions.end(user) > interactions.start(user) ? 1 : 0;
            for (int segment : known.paths[user]) {
                users[1 + segment]++;
                sizes[segment] += interactions.end(user) - interactions.start(user);
            }
        }
        int width = taste(known);
        float[][] rows = new float[interactions.items()][SegmentLayers.dimension(width, segments)];
        ItemColumns columns = new ItemColumns(interactions);
        parallel.run(rows.length, ITEMS_PER_CHUNK, progress.part(0.9, 1), (from, to) -> {
            int[] counts = new int[segments];
            for (int item = from; item < to; item++) {
                count(item, columns, known.paths, counts, 1);
                fill(rows[item], known.tastes[item], columns.end(item) - columns.start(item), counts, sizes, tree, interactions);
                count(item, columns, known.paths, counts, -1);
            }
        });
        return new Factors(rows, new NetworkEncoder(rows, new SegmentLayers(tree, width, interactions.items(), users), new float[0][]));
    }

    private static int taste(Found known) {
        return Arrays.stream(known.tastes).filter(taste -> taste != null).mapToInt(taste -> taste.length).findFirst().orElse(1);
    }

    private static void count(int item, ItemColumns columns, int[][] paths, int[] counts, int change) {
        for (int entry = columns.start(item); entry < columns.end(item); entry++) {
            for (int segment : paths[columns.user(entry)]) {
                counts[segment] += change;
            }
        }
    }

    private void fill(float[] row, float[] direction, int all, int[] counts, long[] sizes, SegmentTree tree, InteractionMatrix interactions) {
        int width = row.length - 1 - counts.length;
        for (int d = 0; direction != null && d < width; d++) {
            row[d] = SegmentLayers.LENGTH * direction[d];
        }
        double items = interactions.items();
        double[] popularity = new double[1 + counts.length];
        popularity[0] = (double) all / interactions.size();
        row[width] = (float) Math.log1p(items * popularity[0]);
        for (int segment = 0; segment < counts.length; segment++) {
            double ofParent = popularity[1 + tree.groups().get(segment).parent()];
            popularity[1 + segment] = (counts[segment] + prior * ofParent) / (sizes[segment] + prior);
            row[width + 1 + segment] = (float) Math.log1p(items * popularity[1 + segment]);
        }
    }

    private Found found(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        float[][] tastes = tastes(interactions, parallel, progress.part(0, 0.3));
        SegmentTree tree = new SegmentLearning(levels, SIZES, least, density, temperature, seed).learn(
            interactions.users(),
            user -> taste(user, interactions, tastes),
            parallel,
            progress.part(0.3, 0.9)
        );
        int[][] paths = new int[interactions.users()][];
        parallel.run(paths.length, ITEMS_PER_CHUNK, progress.part(0.9, 1), (from, to) -> {
            for (int user = from; user < to; user++) {
                float[] direction = taste(user, interactions, tastes);
                paths[user] = direction == null ? new int[0] : tree.path(direction);
            }
        });
        return new Found(interactions, tastes, tree, paths);
    }

    private float[][] tastes(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        if (random) {
            float[][] tastes = RowMatrix.random(interactions.items(), taste, 1, seed);
            Arrays.stream(tastes).forEach(SegmentLayers::unit);
            return tastes;
        }
        Factors graph = LowPass.standard().withDamping(0.5).withDimension(taste).learn(interactions, parallel, progress);
        return IntStream.range(0, interactions.items()).mapToObj(item -> SegmentLayers.unit(graph.vector(item).clone())).toArray(float[][]::new);
    }

    /** Returns the taste of a user; null if there is none. */
    private static float[] taste(int user, InteractionMatrix interactions, float[][] tastes) {
        float[] sum = null;
        for (int position = interactions.start(user); position < interactions.end(user); position++) {
            float[] ofItem = tastes[interactions.item(position)];
            if (ofItem != null) {
                sum = sum == null ? new float[ofItem.length] : sum;
                RowMatrix.add(1, ofItem, sum);
            }
        }
        return sum == null ? null : SegmentLayers.unit(sum);
    }

    @Override
    public String toString() {
        return "Segments[levels=" + levels + ", taste=" + taste + ", temperature=" + temperature + ", prior=" + prior + ", density=" + density
            + ", least=" + least + ", random=" + random + ", seed=" + seed + "]";
    }
}
