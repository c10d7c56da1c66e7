package org.opensearch.affinity.learn.network;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Multinomial variational autoencoder (Mult-VAE, Liang et al., "Variational autoencoders for collaborative filtering", WWW'18): from a
 * random part of a user's items to all of them. One hidden layer encodes; the decoder is linear, so that an item's row scores a user's
 * vector by a dot product. The last number of a row is the item's bias, and that of a user's vector is 1.
 *
 * <p>The softmax over all items is estimated: it has all items of the user, and sampled ones that stand for all others.
 *
 * @param items     number of items of the catalogue
 * @param hidden    width of the hidden layer
 * @param dimension of the latent vectors
 */
record VaeNetwork(int items, int hidden, int dimension) implements Network {
    private static final double DEVIATION = 0.05;
    /** Largest logarithm of the odds of a user's item against all sampled ones; a larger one has no gradient. */
    private static final int MAX_LOG_ODDS = 60;
    /** Least logarithm of the sum over items that the user does not have: a user with all items has none. */
    private static final int MIN_LOG_OTHERS = -30;

    @Override
    public int tables() {
        return 2;
    }

    @Override
    public List<NamedArray> initial(SplittableRandom random) {
        NamedArray outputs = NamedArray.random("outputs", DEVIATION, random, items, dimension + 1);
        for (int item = 0; item < items; item++) {
            outputs.values()[(dimension + 1) * item + dimension] = 0;
        }
        double deviation = Math.sqrt(2.0 / (hidden + dimension));
        return List.of(
            NamedArray.random("inputs", DEVIATION, random, items, hidden),
            outputs,
            NamedArray.filled("hidden_bias", 0, hidden),
            NamedArray.random("mean_weight", deviation, random, dimension, hidden),
            NamedArray.filled("mean_bias", 0, dimension),
            NamedArray.random("variance_weight", deviation / 10, random, dimension, hidden),
            NamedArray.filled("variance_bias", 0, dimension)
        );
    }

    /**
     * A batch is: the items to encode, the place of each user's first one and their weights; a random normal vector for each user; all
     * items of the users and the user of each; sampled items, and the places of the users' own among them in the flattened matrix of users
     * and sampled items; the logarithm of items for each sampled one; the weight of the divergence.
     */
    @Override
    public String methods() {
        return String.format(Locale.ROOT, """
              def encode(self: %1$s, w: List[Tensor], history: List[Tensor]) -> Tensor:
                norm = torch.clamp_min(torch.norm(history[1], 2), 1e-9)
                h = torch.tanh(torch.matmul(torch.div(history[1], norm), history[0]) + w[0])
                return torch.cat([torch.linear(h, w[1], w[2]), torch.ones([1])])
              def loss(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                sum, _, _, _ = torch.embedding_bag(w[0], b[0], b[1], False, 0, False, b[2])
                h = torch.tanh(sum + w[2])
                mean = torch.linear(h, w[3], w[4])
                variance = torch.linear(h, w[5], w[6])
                z = mean + b[3] * torch.exp(variance * 0.5)
                z = torch.cat([z, torch.ones([torch.size(z, 0), 1])], 1)
                rows = torch.split_with_sizes(torch.embedding(w[1], torch.cat([b[4], b[6]])), [torch.numel(b[4]), torch.numel(b[6])])
                taken = torch.sum(torch.index_select(z, 0, b[5]) * rows[0], 1)
                sampled = z @ rows[1].t()
                torch.view(sampled, [-1]).index_fill_(0, b[7], -inf)
                others = torch.clamp_min(torch.logsumexp(sampled, [1]) + b[8], %3$d)
                odds = torch.exp(torch.clamp_max(taken - torch.index_select(others, 0, b[5]), %2$d))
                total = others + torch.log1p(torch.index_add(torch.zeros_like(others), 0, b[5], odds))
                likelihood = torch.sum(taken - torch.index_select(total, 0, b[5]))
                divergence = torch.sum(torch.exp(variance) + mean * mean - variance - 1.) * 0.5
                return (divergence * b[9] - likelihood) / torch.size(z, 0)
            """, TorchProgram.CLASS, MAX_LOG_ODDS, MIN_LOG_OTHERS);
    }
}
