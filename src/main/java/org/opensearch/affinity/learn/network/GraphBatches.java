package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.factor.Graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Batches of {@link LightGcnNetwork}: the whole graph, some users in random order and sampled items. Immutable. */
final class GraphBatches implements MiniBatches {
    private final InteractionMatrix interactions;
    private final int users;
    private final int sampled;
    private final Graph graph;
    private final int[] known;
    private final Rows byUser;
    private final Rows byItem;

    /**
     * @param users   number of users of a batch
     * @param sampled how many items are sampled; at most all
     */
    GraphBatches(InteractionMatrix interactions, int users, int sampled) {
        this.interactions = interactions;
        this.users = users;
        this.sampled = sampled;
        ItemColumns columns = new ItemColumns(interactions);
        known = Catalogue.of(interactions, null).known();
        graph = new Graph(interactions, columns, ParallelFor.SEQUENTIAL);
        byUser = rows(IntStream.range(0, interactions.users()).toArray());
        byItem = rows(columns);
    }

    /** Rows of a sparse matrix: the columns and values of the elements, and the place of each row's first one. */
    private record Rows(long[] columns, long[] starts, float[] elements) {
        Stream<NDArray> on(NDManager scope) {
            return Stream.of(scope.create(columns), scope.create(starts), scope.create(elements));
        }
    }

    private Rows rows(int[] some) {
        int size = Arrays.stream(some).map(user -> interactions.end(user) - interactions.start(user)).sum();
        Rows rows = new Rows(new long[size], new long[some.length], new float[size]);
        int at = 0;
        for (int row = 0; row < some.length; row++) {
            rows.starts[row] = at;
            for (int position = interactions.start(some[row]); position < interactions.end(some[row]); position++) {
                rows.columns[at] = interactions.item(position);
                rows.elements[at++] = graph.element(some[row], position);
            }
        }
        return rows;
    }

    private Rows rows(ItemColumns columns) {
        Rows rows = new Rows(new long[interactions.size()], new long[interactions.items()], new float[interactions.size()]);
        int at = 0;
        for (int item = 0; item < interactions.items(); item++) {
            rows.starts[item] = at;
            for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                rows.columns[at] = columns.user(entry);
                rows.elements[at++] = graph.element(columns.user(entry), columns.position(entry));
            }
        }
        return rows;
    }

    /** Returns the number of steps of an epoch. */
    int steps() {
        long all = IntStream.range(0, interactions.users()).filter(user -> interactions.end(user) > interactions.start(user)).count();
        return Math.ceilDiv((int) all, users);
    }

    /** Returns the arrays of the whole graph, which the layers need. */
    List<NDArray> graph(NDManager scope) {
        return Stream.concat(byUser.on(scope), byItem.on(scope)).toList();
    }

    @Override
    public List<MiniBatch> epoch(int epoch, SplittableRandom random) {
        return MiniBatches.users(interactions, null, users, Integer.MAX_VALUE, random).stream()
            .<MiniBatch>map(batch -> (scope, own) -> arrays(batch, BatchItems.draw(known, sampled, interactions.items(), own), scope))
            .toList();
    }

    /** @param batch users, each with at least one item */
    List<NDArray> arrays(int[] batch, BatchItems drawn, NDManager scope) {
        List<NDArray> arrays = new ArrayList<>(graph(scope));
        Rows rows = rows(batch);
        rows.on(scope).forEach(arrays::add);
        int[] row = new int[rows.columns.length];
        float[] weights = new float[row.length];
        int at = 0;
        for (int i = 0; i < batch.length; i++) {
            for (int position = interactions.start(batch[i]); position < interactions.end(batch[i]); position++) {
                row[at] = i;
                weights[at++] = interactions.weight(position);
            }
        }
        arrays.add(scope.create(Arrays.stream(row).asLongStream().toArray()));
        arrays.add(scope.create(weights));
        arrays.add(scope.create(drawn.items()));
        arrays.add(scope.create(drawn.sampledAmong(row, Arrays.stream(rows.columns).mapToInt(item -> (int) item).toArray())));
        return arrays;
    }
}
