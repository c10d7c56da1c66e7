package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The items that a network learns rows of: {@code row(i) = own(i) + map · content(i)}, both learned. An item without events has no row of
 * its own, so that the map alone makes its row. So that this row is a good one, too, some items of each batch are learned without their
 * own (DropoutNet, Volkovs et al., "Addressing cold start in recommender systems", NeurIPS'17). Without contents, rows are items' own.
 * Immutable.
 *
 * @param size     number of items
 * @param known    the items with events
 * @param contents unit vectors of one dimension, by item; null for an item without content; empty without contents
 */
record Catalogue(int size, int[] known, float[][] contents) {
    /** With fewer items with content, a map is unreliable. */
    private static final int MIN_ITEMS = 50;
    /** Part of a batch's items that are learned without their own rows. */
    private static final double CONTENT_ALONE = 0.3;

    /** @param contents of the items; null for none */
    static Catalogue of(InteractionMatrix interactions, float[][] contents) {
        double[] degrees = interactions.itemDegrees();
        int[] known = IntStream.range(0, degrees.length).filter(item -> degrees[item] > 0).toArray();
        boolean used = contents != null && Arrays.stream(known).filter(item -> contents[item] != null).limit(MIN_ITEMS).count() == MIN_ITEMS;
        return new Catalogue(degrees.length, known, used ? contents : new float[0][]);
    }

    /** Returns the dimension of contents; 0 without. */
    int contentDimension() {
        return Arrays.stream(contents).filter(content -> content != null).mapToInt(content -> content.length).findAny().orElse(0);
    }

    /** Returns the first weights of a network: items' own rows, and the map if there are contents. */
    List<NamedArray> initial(int width, double deviation, SplittableRandom random) {
        NamedArray own = NamedArray.random("items", deviation, random, size, width);
        NamedArray rows = NamedArray.filled("items", 0, size, width);
        for (int item : known) {
            System.arraycopy(own.values(), item * width, rows.values(), item * width, width);
        }
        int contentDimension = contentDimension();
        return contentDimension == 0
            ? List.of(rows)
            : List.of(rows, NamedArray.random("content", deviation, random, width, contentDimension));
    }

    /** Returns how many weights {@link #initial} returns. */
    int weights() {
        return contentDimension() == 0 ? 1 : 2;
    }

    /** Returns the TorchScript method {@code rows(weights, items, contents)}. */
    String methods() {
        int width = contentDimension();
        String ofContents = width == 0
            ? ""
            : " * torch.narrow(contents, 1, " + width + ", 1) + torch.linear(torch.narrow(contents, 1, 0, " + width + "), w[1])";
        return "  def rows(self: " + TorchProgram.CLASS + ", w: List[Tensor], items: Tensor, contents: Tensor) -> Tensor:\n"
            + "    return torch.embedding(w[0], items)" + ofContents + "\n";
    }

    /**
     * Returns the contents of items as a matrix, for {@link #methods}; zeros for items without. The last number of a line is the factor of the
     * item's own row.
     */
    NDArray contents(long[] items, NDManager scope, SplittableRandom random) {
        int width = contentDimension() == 0 ? 0 : contentDimension() + 1;
        float[] values = new float[items.length * width];
        for (int i = 0; width > 0 && i < items.length; i++) {
            float[] content = contents[(int) items[i]];
            if (content != null) {
                System.arraycopy(content, 0, values, i * width, content.length);
            }
            values[(i + 1) * width - 1] = content != null && random.nextDouble() < CONTENT_ALONE ? 0 : 1;
        }
        return scope.create(values, new Shape(items.length, width));
    }

    /** Returns the rows of all items. */
    float[][] rows(List<NamedArray> weights) {
        float[][] rows = weights.get(0).rows();
        float[][] map = map(weights);
        for (int item = 0; item < rows.length; item++) {
            addContent(1, map, item, rows[item]);
        }
        return rows;
    }

    /** Adds a multiple of what a map makes of an item's content to a row. */
    void addContent(float factor, float[][] map, int item, float[] row) {
        if (map.length == 0 || contents.length == 0 || contents[item] == null) {
            return;
        }
        for (int d = 0; d < map.length; d++) {
            row[d] += factor * VectorUtil.dotProduct(map[d], contents[item]);
        }
    }

    /** Returns the map from contents to rows; empty without contents. */
    float[][] map(List<NamedArray> weights) {
        return contentDimension() == 0 ? new float[0][] : weights.get(1).rows();
    }
}
