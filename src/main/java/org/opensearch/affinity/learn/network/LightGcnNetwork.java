package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The layers and the loss of {@link LightGcn}. With the embeddings E of the items, the layers give the mean
 * {@code Z = (E + RᵀR E + … + (RᵀR)^h E) / (h + 1)}. Users have no embeddings, so every second layer is 0 for items, and {@code R Z} are the
 * users' vectors (He et al., SIGIR'20, equations 3 and 4, which divide by the number of all layers).
 *
 * <p>The loss is the sampled softmax (Wu et al., "On the effectiveness of sampled softmax loss for item recommendation", TOIS'24). With
 * {@code x_u = (R Z)_u}, a batch B of users, sampled items N, and {@code s_ui = (x_u - R_ui z_i)·z_i},
 *
 * <pre>loss = - Σ_(u in B) Σ_(i taken) w_ui log (exp(s_ui) / (exp(s_ui) + Σ_(j in N, not taken) exp(x_u·z_j)))</pre>
 *
 * The score {@code s_ui} leaves out what item i adds to the user's vector, because an item to recommend adds nothing either.
 *
 * @param first the embeddings that a training begins with; kept, not copied
 * @param hops  number of layers after the first that reach items, at least 0
 */
record LightGcnNetwork(float[][] first, int hops) implements Network {
    /** The score of an item that does not count. It is finite, so that a user without any other has no loss and no gradient. */
    private static final String EXCLUDED = "-1e30";

    @Override
    public Catalogue catalogue() {
        return new Catalogue(first.length, new int[0], new float[0][]);
    }

    @Override
    public List<NamedArray> initial(SplittableRandom random) {
        int width = RowMatrix.width(first);
        float[] values = new float[first.length * width];
        for (int item = 0; item < first.length; item++) {
            System.arraycopy(first[item], 0, values, item * width, width);
        }
        return List.of(new NamedArray("items", new int[] { first.length, width }, values));
    }

    /**
     * A batch is: R by user, as the items, the place of each user's first one, and the elements; R by item likewise; the batch's rows of R
     * likewise; by element of these rows, the row and the weight of the interaction; sampled items, and the places of taken ones among them
     * in the flattened matrix of users and sampled items.
     */
    @Override
    public String methods() {
        return String.format(Locale.ROOT, """
              def product(self: %1$s, rows: Tensor, columns: Tensor, starts: Tensor, elements: Tensor) -> Tensor:
                sum, _, _, _ = torch.embedding_bag(rows, columns, starts, False, 0, False, elements)
                return sum
              def layers(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                layer = w[0]
                z = layer
                for hop in range(%2$d):
                  layer = self.product(self.product(layer, b[0], b[1], b[2]), b[3], b[4], b[5])
                  z = z + layer
                return torch.div(z, %3$d)
              def loss(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                z = self.layers(w, b)
                users = self.product(z, b[6], b[7], b[8])
                items = torch.embedding(z, b[6])
                taken = torch.sum(torch.index_select(users, 0, b[9]) * items, 1) - b[8] * torch.sum(items * items, 1)
                sampled = users @ torch.embedding(z, b[11]).t()
                torch.view(sampled, [-1]).index_fill_(0, b[12], %4$s)
                others = torch.logsumexp(sampled, [1])
                return torch.sum(b[10] * torch.softplus(torch.index_select(others, 0, b[9]) - taken))
            """, TorchProgram.CLASS, hops, hops + 1, EXCLUDED);
    }
}
