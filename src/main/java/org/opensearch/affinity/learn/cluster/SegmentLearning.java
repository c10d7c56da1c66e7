package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.cluster.SegmentTree.Group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Learns nested groups of vectors, level by level. Within each group of the level above, a sample of its vectors is grouped: by spherical
 * k-means into as many groups as have the largest {@link Silhouette}, or by {@link DensityGroups}. Centres of k-means then move by mini-batches
 * of all vectors, each by a part that is the smaller the more vectors it has seen (Sculley, "Web-scale k-means clustering", WWW'10). So the
 * memory does not depend on how many vectors there are.
 *
 * @param levels  largest number of levels, at least 1
 * @param sizes   numbers of groups within a group to choose from, each at least 2
 * @param least   least number of vectors of a group; one that would have less is not divided, and one that has less is left out
 * @param density whether groups are found by density, so that outliers belong to none
 * @param temperature of the tree
 */
public record SegmentLearning(int levels, List<Integer> sizes, int least, boolean density, double temperature, long seed) {
    /** A row of a model has a number for each. */
    static final int MAX_GROUPS = 1_000;
    /** Vectors that are kept in memory. */
    static final int SAMPLE = 10_000;
    /** Silhouettes and densities compare all pairs. */
    private static final int PAIRED = 1_000;
    /** Vectors of all mini-batches of a level. */
    private static final int VISITS = 100_000;
    private static final int BATCH = 512;
    /** Others that are close to the core of a dense group. */
    private static final int NEIGHBOURS = 10;
    /** Part of a dense group's vectors that are as close to its centre as a vector must be to belong to it. */
    private static final double WITHIN = 0.9;

    /**
     * Learns a tree. It has no groups if there are too few vectors, or nothing that sets them apart.
     *
     * @param count   number of vectors
     * @param vectors computes a vector of length 1, the same each time, on any thread; null for one to leave out
     */
    public SegmentTree learn(int count, IntFunction<float[]> vectors, ParallelFor parallel, ProgressListener progress) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sampled = count <= SAMPLE ? IntStream.range(0, count).toArray() : random.ints(0, count).distinct().limit(SAMPLE).toArray();
        float[][] sample = vectors(sampled, vectors, parallel, progress.part(0, 0.1));
        double scale = sample.length == 0 ? 1 : (double) count / sampled.length;
        SegmentTree tree = new SegmentTree(List.of(), temperature);
        for (int level = 1; level <= levels; level++) {
            ProgressListener ofLevel = progress.part(0.1 + 0.9 * (level - 1) / levels, 0.1 + 0.9 * level / levels);
            SegmentTree grown = grown(tree, level, sample, scale, random.nextLong(), parallel, ofLevel.part(0, 0.5));
            if (grown.groups().size() == tree.groups().size()) {
                break;
            }
            tree = density ? grown : moved(grown, level, sample, count, vectors, random.split(), parallel, ofLevel.part(0.5, 1));
        }
        progress.at(1);
        return tree;
    }

    private static float[][] vectors(int[] of, IntFunction<float[]> vectors, ParallelFor parallel, ProgressListener progress) {
        float[][] all = new float[of.length][];
        parallel.run(of.length, 64, progress, (from, to) -> {
            for (int i = from; i < to; i++) {
                all[i] = vectors.apply(of[i]);
            }
        });
        return Arrays.stream(all).filter(vector -> vector != null).toArray(float[][]::new);
    }

    /** Adds the groups of a level. */
    private SegmentTree grown(
        SegmentTree tree,
        int level,
        float[][] sample,
        double scale,
        long seedOfLevel,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        List<Integer> parents = level == 1
            ? List.of(SegmentTree.EVERYONE)
            : IntStream.range(0, tree.groups().size()).filter(number -> tree.groups().get(number).level() == level - 1).boxed().toList();
        List<List<float[]>> members = new ArrayList<>();
        parents.forEach(parent -> members.add(new ArrayList<>()));
        for (float[] vector : sample) {
            int[] path = tree.path(vector);
            int place = level == 1 ? 0 : path.length < level - 1 ? -1 : parents.indexOf(path[level - 2]);
            if (place >= 0) {
                members.get(place).add(vector);
            }
        }
        List<List<Group>> children = new ArrayList<>();
        parents.forEach(parent -> children.add(List.of()));
        int leastOfSample = (int) Math.max(2, Math.ceil(least / scale));
        parallel.run(parents.size(), 1, progress, (from, to) -> {
            for (int i = from; i < to; i++) {
                float[][] own = members.get(i).toArray(float[][]::new);
                if (own.length >= 2 * leastOfSample) {
                    long seedOfGroup = seedOfLevel + i;
                    children.set(i, density
                        ? dense(parents.get(i), level, own, leastOfSample, seedOfGroup)
                        : divided(parents.get(i), level, own, leastOfSample, seedOfGroup));
                }
            }
        });
        List<Group> groups = new ArrayList<>(tree.groups());
        children.stream()
            .filter(some -> some.size() > 1 || density)
            .filter(some -> groups.size() + some.size() <= MAX_GROUPS)
            .forEach(groups::addAll);
        return new SegmentTree(groups, temperature);
    }

    /** Groups with the largest silhouette. */
    private List<Group> divided(int parent, int level, float[][] members, int leastOfSample, long seedOfGroup) {
        double[] equal = new double[members.length];
        Arrays.fill(equal, 1);
        float[][] paired = drawn(members, PAIRED, seedOfGroup);
        float[][] best = new float[0][];
        double largest = 0;
        for (int size : sizes) {
            if (size * leastOfSample > members.length) {
                continue;
            }
            float[][] centres = large(SphericalKMeans.centres(members, equal, size, seedOfGroup), members, leastOfSample);
            double fit = Silhouette.of(paired, Arrays.stream(paired).mapToInt(vector -> SphericalKMeans.nearest(centres, vector)).toArray());
            if (fit > largest) {
                best = centres;
                largest = fit;
            }
        }
        return Arrays.stream(best).map(centre -> new Group(parent, level, centre, -1)).toList();
    }

    /** Leaves out groups with too few members, the smallest first: its members belong to the others. */
    private static float[][] large(float[][] centres, float[][] members, int leastOfSample) {
        List<float[]> left = new ArrayList<>(List.of(centres));
        while (left.isEmpty() == false) {
            float[][] now = left.toArray(float[][]::new);
            int[] counts = new int[now.length];
            Arrays.stream(members).forEach(vector -> counts[SphericalKMeans.nearest(now, vector)]++);
            int smallest = IntStream.range(0, counts.length).boxed().min(Comparator.comparingInt(group -> counts[group])).orElseThrow();
            if (counts[smallest] >= leastOfSample) {
                break;
            }
            left.remove(smallest);
        }
        return left.toArray(float[][]::new);
    }

    private static List<Group> dense(int parent, int level, float[][] members, int leastOfSample, long seedOfGroup) {
        float[][] paired = drawn(members, PAIRED, seedOfGroup);
        int[] found = DensityGroups.of(paired, Math.min(NEIGHBOURS, leastOfSample));
        double scale = (double) members.length / paired.length;
        List<Group> groups = new ArrayList<>();
        for (int group = 0; group <= Arrays.stream(found).max().orElse(-1); group++) {
            int number = group;
            float[][] own = IntStream.range(0, paired.length).filter(i -> found[i] == number).mapToObj(i -> paired[i]).toArray(float[][]::new);
            if (own.length * scale >= leastOfSample) {
                float[] centre = new float[own[0].length];
                Arrays.stream(own).forEach(vector -> RowMatrix.add(1, vector, centre));
                VectorUtil.l2normalize(centre, false);
                double[] cosines = Arrays.stream(own).mapToDouble(vector -> VectorUtil.dotProduct(vector, centre)).sorted().toArray();
                groups.add(new Group(parent, level, centre, (float) cosines[(int) ((1 - WITHIN) * (cosines.length - 1))]));
            }
        }
        return groups;
    }

    private static float[][] drawn(float[][] vectors, int most, long seedOfGroup) {
        return vectors.length <= most
            ? vectors
            : new SplittableRandom(seedOfGroup).ints(0, vectors.length).distinct().limit(most).mapToObj(i -> vectors[i]).toArray(float[][]::new);
    }

    /** Moves the centres of a level by mini-batches. They have seen the sample. */
    private SegmentTree moved(
        SegmentTree tree,
        int level,
        float[][] sample,
        int count,
        IntFunction<float[]> vectors,
        SplittableRandom random,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        List<Group> groups = new ArrayList<>(tree.groups());
        int[] seen = new int[groups.size()];
        Arrays.stream(sample).map(tree::path).filter(path -> path.length == level).forEach(path -> seen[path[level - 1]]++);
        int batches = Math.ceilDiv(Math.min(count, VISITS), BATCH);
        for (int batch = 0; batch < batches; batch++) {
            float[][] some = vectors(random.ints(BATCH, 0, count).toArray(), vectors, parallel, ProgressListener.NONE);
            SegmentTree current = new SegmentTree(groups, temperature);
            int[][] paths = Arrays.stream(some).map(current::path).toArray(int[][]::new);
            for (int i = 0; i < some.length; i++) {
                if (paths[i].length == level) {
                    int nearest = paths[i][level - 1];
                    Group group = groups.get(nearest);
                    float part = 1f / (1 + ++seen[nearest]);
                    float[] centre = group.centre().clone();
                    for (int d = 0; d < centre.length; d++) {
                        centre[d] += part * (some[i][d] - centre[d]);
                    }
                    VectorUtil.l2normalize(centre, false);
                    groups.set(nearest, new Group(group.parent(), level, centre, group.least()));
                }
            }
            progress.at((batch + 1.0) / batches);
        }
        return new SegmentTree(groups, temperature);
    }
}
