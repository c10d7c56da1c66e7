package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Multinomial variational autoencoder (Mult-VAE, Liang et al., "Variational autoencoders for collaborative filtering", WWW'18): from a
 * random part of a user's items to all of them. One hidden layer encodes; the decoder is linear, so that an item's row scores a user's
 * vector by a dot product. The last number of a row is the item's bias, and that of a user's vector is 1. The encoder reads the sum of the
 * rows without the bias, so that one row of an item, which also comes from its content ({@link Catalogue}), serves as input and as output.
 *
 * <p>The softmax over all items is estimated: it has all items of the user, and sampled ones that stand for all others.
 *
 * @param hidden    width of the hidden layer
 * @param dimension of the latent vectors
 */
record VaeNetwork(Catalogue catalogue, int hidden, int dimension) implements Network {
    private static final double DEVIATION = 0.05;
    /** Largest logarithm of the odds of a user's item against all sampled ones; a larger one has no gradient. */
    private static final int MAX_LOG_ODDS = 60;
    /** Least logarithm of the sum over items that the user does not have: a user with all items has none. */
    private static final int MIN_LOG_OTHERS = -30;

    @Override
    public List<NamedArray> initial(SplittableRandom random) {
        List<NamedArray> weights = new ArrayList<>(catalogue.initial(dimension + 1, DEVIATION, random));
        float[] rows = weights.getFirst().values();
        for (int item = 0; item < catalogue.size(); item++) {
            rows[(dimension + 1) * item + dimension] = 0;
        }
        double deviation = Math.sqrt(2.0 / (hidden + dimension));
        weights.add(NamedArray.random("hidden_weight", deviation, random, hidden, dimension));
        weights.add(NamedArray.filled("hidden_bias", 0, hidden));
        weights.add(NamedArray.random("mean_weight", deviation, random, dimension, hidden));
        weights.add(NamedArray.filled("mean_bias", 0, dimension));
        weights.add(NamedArray.random("variance_weight", deviation / 10, random, dimension, hidden));
        weights.add(NamedArray.filled("variance_bias", 0, dimension));
        return weights;
    }

    /**
     * A batch is: the items of the batch and their contents; places of the items to encode, where each user's begin, and their weights; a
     * random normal vector for each user; places of all items of the users, and the user of each; places of the sampled items, and those of
     * the users' own among them in the flattened matrix of users and sampled items; the logarithm of items for each sampled one; the weight
     * of the divergence.
     */
    @Override
    public String methods() {
        return catalogue.methods() + String.format(Locale.ROOT, """
              def mean(self: %1$s, w: List[Tensor], h: Tensor) -> Tensor:
                return torch.linear(h, w[2], w[3])
              def hidden(self: %1$s, w: List[Tensor], sum: Tensor) -> Tensor:
                return torch.tanh(torch.linear(sum, w[0], w[1]))
              def loss(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                rows = self.rows(w, b[0], b[1])
                w = w[%4$d:]
                sum, _, _, _ = torch.embedding_bag(rows, b[2], b[3], False, 0, False, b[4])
                h = self.hidden(w, torch.narrow(sum, 1, 0, %5$d))
                mean = self.mean(w, h)
                variance = torch.linear(h, w[4], w[5])
                z = mean + b[5] * torch.exp(variance * 0.5)
                z = torch.cat([z, torch.new_ones(z, [torch.size(z, 0), 1])], 1)
                taken = torch.sum(torch.index_select(z, 0, b[7]) * torch.embedding(rows, b[6]), 1)
                sampled = z @ torch.embedding(rows, b[8]).t()
                torch.view(sampled, [-1]).index_fill_(0, b[9], -inf)
                others = torch.clamp_min(torch.logsumexp(sampled, [1]) + b[10], %3$d)
                odds = torch.exp(torch.clamp_max(taken - torch.index_select(others, 0, b[7]), %2$d))
                total = others + torch.log1p(torch.index_add(torch.zeros_like(others), 0, b[7], odds))
                likelihood = torch.sum(taken - torch.index_select(total, 0, b[7]))
                divergence = torch.sum(torch.exp(variance) + mean * mean - variance - 1.) * 0.5
                return (divergence * b[11] - likelihood) / torch.size(z, 0)
            """, TorchProgram.CLASS, MAX_LOG_ODDS, MIN_LOG_OTHERS, catalogue.weights(), dimension);
    }
}
