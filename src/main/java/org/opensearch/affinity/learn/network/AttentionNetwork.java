package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Causal self-attention over a history (SASRec, Kang and McAuley, "Self-attentive sequential recommendation", ICDM'18): at each item, the
 * vector of the user after it, from this and the older items. Differences to the paper:
 * <ul>
 * <li>Attention depends on the distance of two items (Shaw et al., NAACL'18; one learned number for each distance and head), not on
 * positions, so that what is learned within a history holds at its end.</li>
 * <li>Scores are cosines times {@code scale}. The network reads vectors of any length alike. So one row of an item serves as input and as
 * output.</li>
 * <li>The loss is the cross-entropy over the item to predict and sampled items, with the logarithm of the sampling probability added
 * (Bengio and Senécal, 2008).</li>
 * <li>How long after the item before it an item was taken is an input, too, as the power of two of the time (as in Li et al., "Time
 * interval aware self-attention for sequential recommendation", WSDM'20, there for all pairs).</li>
 * <li>How an item was taken, as by a click or a purchase, is an input, too.</li>
 * <li>Rows of items also come from their contents, see {@link Catalogue}.</li>
 * </ul>
 *
 * @param length    largest number of items that are read
 * @param dimension of the vectors, a multiple of {@code heads}
 * @param dropout   fraction of numbers that are set to 0 in training, from 0, below 1
 * @param scale     inverse temperature of the softmax, above 0
 * @param actions   names of the actions that the network distinguishes
 */
record AttentionNetwork(
    Catalogue catalogue,
    int length,
    int dimension,
    int layers,
    int heads,
    double dropout,
    double scale,
    List<String> actions
) implements Network {
    /** The feed-forward part of a layer is so many times as wide. */
    private static final int EXPANSION = 4;
    private static final double DEVIATION = 0.02;

    @Override
    public List<NamedArray> initial(SplittableRandom random) {
        int d = dimension;
        List<NamedArray> weights = new ArrayList<>(catalogue.initial(d, DEVIATION, random));
        weights.add(NamedArray.filled("distances", 0, length, heads));
        weights.add(NamedArray.filled("gaps", 0, Long.SIZE + 1, d));
        norm("norm", weights);
        for (int layer = 0; layer < layers; layer++) {
            linear("attention_in" + layer, d, 3 * d, random, weights);
            linear("attention_out" + layer, d, d, random, weights);
            norm("attention_norm" + layer, weights);
            linear("up" + layer, d, EXPANSION * d, random, weights);
            linear("down" + layer, EXPANSION * d, d, random, weights);
            norm("norm" + layer, weights);
        }
        for (String action : actions) {
            weights.add(NamedArray.filled(AttentionLayers.ACTION + action, 0, d));
        }
        return weights;
    }

    private void norm(String name, List<NamedArray> into) {
        into.add(NamedArray.filled(name + "_weight", 1, dimension));
        into.add(NamedArray.filled(name + "_bias", 0, dimension));
    }

    private static void linear(String name, int from, int to, SplittableRandom random, List<NamedArray> into) {
        into.add(NamedArray.random(name + "_weight", DEVIATION, random, to, from));
        into.add(NamedArray.filled(name + "_bias", 0, to));
    }

    /** Returns how many random bytes a batch needs. */
    int noise(int sequences, int width) {
        int numbers = (1 + 2 * layers) * dimension + layers * heads * width;
        return dropout == 0 ? 0 : Math.multiplyExact(sequences * width, numbers);
    }

    /**
     * A batch is: the items of the batch and their contents; places of items [B, T], padded at the end, their gaps and actions; random bytes for dropout; by item
     * to predict, its place in the flattened [B, T]; the places of the items to predict; those of the sampled items; places of items to
     * predict among the sampled ones, in the flattened matrix of both; the logarithm of items for each sampled one.
     */
    @Override
    public String methods() {
        StringBuilder body = new StringBuilder();
        for (int layer = 0; layer < layers; layer++) {
            body.append(layer(AttentionLayers.FIRST_LAYER + AttentionLayers.PER_LAYER * layer));
        }
        return catalogue.methods() + TrainingStep.dropout("dropped", dropout) + String.format(Locale.ROOT, """
              def hidden(self: %1$s, w: List[Tensor], x: Tensor, gaps: Tensor, actions: Tensor, noise: Tensor) -> Tensor:
                B = torch.size(x, 0)
                T = torch.size(x, 1)
                n = B * T * %2$d
                o = n
                at = torch.cumsum(torch.new_ones(x, [T], dtype=4), 0)
                distance = torch.view(torch.clamp_min(torch.unsqueeze(at, 1) - torch.unsqueeze(at, 0), 0), [-1])
                bias = torch.permute(torch.view(torch.index_select(w[0], 0, distance), [T, T, %3$d]), [2, 0, 1])
                bias = bias + torch.triu(torch.new_full(x, [T, T], -inf), 1)
                x = self.dropped(torch.layer_norm(x, [%2$d], w[2], w[3], 1e-12) + torch.embedding(w[1], gaps)%7$s, noise, 0)
            %4$s    return x
              def unit(self: %1$s, x: Tensor) -> Tensor:
                return torch.div(x, torch.clamp_min(torch.norm(x, 2, [1], True), 1e-9))
              def user(self: %1$s, x: Tensor) -> Tensor:
                return self.unit(x) * %5$s
              def loss(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                rows = self.rows(w, b[0], b[1])
                x = self.hidden(w[%6$d:], torch.embedding(rows, b[2]), b[3], b[4], b[5])
                users = self.user(torch.index_select(torch.view(x, [-1, %2$d]), 0, b[6]))
                items = self.unit(rows)
                taken = torch.sum(users * torch.embedding(items, b[7]), 1) - b[10]
                sampled = users @ torch.embedding(items, b[8]).t()
                torch.view(sampled, [-1]).index_fill_(0, b[9], -inf)
                return torch.softplus(torch.logsumexp(sampled, [1]) - taken).mean()
            """, TorchProgram.CLASS, dimension, heads, body, scale, catalogue.weights(), actionRows());
    }

    /** The term of the rows of actions, of which the first is that of an action that is not known. */
    private String actionRows() {
        int first = AttentionLayers.FIRST_LAYER + AttentionLayers.PER_LAYER * layers;
        String rows = IntStream.range(first, first + actions.size()).mapToObj(i -> ", w[" + i + "]").collect(Collectors.joining());
        return actions.isEmpty() ? "" : " + torch.embedding(torch.stack([torch.zeros_like(w[" + first + "])" + rows + "], 0), actions)";
    }

    /** Post-norm layer as in the paper's successors. */
    private String layer(int w) {
        int head = dimension / heads;
        return String.format(Locale.ROOT, """
                qkv = torch.permute(torch.view(torch.linear(x, w[%1$d], w[%2$d]), [B, T, 3, %13$d, %14$d]), [2, 0, 3, 1, 4])
                s = torch.matmul(qkv[0], torch.transpose(qkv[1], -2, -1)) * %15$s + bias
                s = self.dropped(torch.softmax(s, -1), noise, o)
                o = o + B * T * T * %13$d
                a = torch.reshape(torch.transpose(torch.matmul(s, qkv[2]), 1, 2), [B, T, %16$d])
                a = self.dropped(torch.linear(a, w[%3$d], w[%4$d]), noise, o)
                o = o + n
                x = torch.layer_norm(x + a, [%16$d], w[%5$d], w[%6$d], 1e-12)
                f = torch.linear(torch.relu(torch.linear(x, w[%7$d], w[%8$d])), w[%9$d], w[%10$d])
                x = torch.layer_norm(x + self.dropped(f, noise, o), [%16$d], w[%11$d], w[%12$d], 1e-12)
                o = o + n
            """, w, w + 1, w + 2, w + 3, w + 4, w + 5, w + 6, w + 7, w + 8, w + 9, w + 10, w + 11, heads, head,
            1 / Math.sqrt(head), dimension);
    }
}
