package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.cluster.SphericalKMeans;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;

import java.util.ArrayList;
import java.util.Arrays;
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
 * <p>With several concepts, interests are kept apart (MacridVAE, Ma et al., "Learning disentangled representations for recommendation",
 * NeurIPS'19): an item belongs to each concept with a share, the softmax of the cosines of its row and the concepts' prototypes, and each
 * concept encodes the history by those shares. Directions of items and of users in each concept have length 1, so that no single concept
 * scores items of several kinds high; the prior is on the variance alone. A row in a model is {@link #latent} numbers, for each concept the
 * item's share times its direction; then the shares; then the bias. So one dot product with a user's vector scores the item:
 *
 * <pre>score = Σ_k share_k · (scale · cosine(user_k, item) + weight · log(share of the user's items in k)) + bias</pre>
 *
 * Differences to the paper: the logits of the concepts are added up by an item's shares, not the exponentials; how much of a user's history
 * a concept has counts; shares are not sampled.
 *
 * @param hidden    width of the hidden layer
 * @param dimension of the latent vectors of one concept
 * @param concepts  number of concepts, at least 1
 * @param start     by item, the vectors that rows begin with, of any length; prototypes begin with the centres of their groups. Null for random
 *                  ones
 */
record VaeNetwork(Catalogue catalogue, int hidden, int dimension, int concepts, float[][] start) implements Network {
    private static final double DEVIATION = 0.05;
    /** Largest logarithm of the odds of a user's item against all sampled ones; a larger one has no gradient. */
    private static final int MAX_LOG_ODDS = 60;
    /** Of the softmax over concepts. */
    private static final double TEMPERATURE = 0.1;
    /** Logit of an item in the direction of a user. */
    private static final double SCALE = VaeLayers.SCALE;
    /** Length of what the prior adds to a user's vector of a concept, which has length 1; in the paper with 55 dimensions. */
    private static final double PRIOR_LENGTH = 0.075 * Math.sqrt(55);
    private static final double MIN_NORM = 1e-9;
    /** Items whose groups prototypes begin with. */
    private static final int MOST_GROUPED = 20_000;
    /** Least logarithm of the sum over items that the user does not have: a user with all items has none. */
    private static final int MIN_LOG_OTHERS = -30;

    @Override
    public List<NamedArray> initial(SplittableRandom random) {
        List<NamedArray> weights = new ArrayList<>(catalogue.initial(dimension + 1, DEVIATION, random));
        float[] rows = weights.getFirst().values();
        for (int item = 0; item < catalogue.size(); item++) {
            rows[(dimension + 1) * item + dimension] = 0;
            if (start != null) {
                float[] direction = Arrays.copyOf(start[item], dimension);
                normalise(direction);
                System.arraycopy(direction, 0, rows, (dimension + 1) * item, dimension);
            }
        }
        double deviation = Math.sqrt(2.0 / (hidden + dimension));
        weights.add(NamedArray.random("hidden_weight", deviation, random, hidden, dimension));
        weights.add(NamedArray.filled("hidden_bias", 0, hidden));
        weights.add(NamedArray.random("mean_weight", deviation, random, dimension, hidden));
        weights.add(NamedArray.filled("mean_bias", 0, dimension));
        weights.add(NamedArray.random("variance_weight", deviation / 10, random, dimension, hidden));
        weights.add(NamedArray.filled("variance_bias", 0, dimension));
        if (concepts > 1) {
            weights.add(NamedArray.filled("concept_weight", 1, 1));
            weights.add(prototypes(random));
        }
        return weights;
    }

    private NamedArray prototypes(SplittableRandom random) {
        NamedArray prototypes = NamedArray.random("prototypes", 1, random, concepts, dimension);
        int[] some = random.ints(Math.min(MOST_GROUPED, catalogue.known().length), 0, Math.max(1, catalogue.known().length))
            .map(i -> catalogue.known()[i])
            .toArray();
        float[][] directions = start == null ? new float[0][] : Arrays.stream(some)
            .mapToObj(item -> Arrays.copyOf(start[item], dimension))
            .peek(VaeNetwork::normalise)
            .toArray(float[][]::new);
        if (directions.length == 0) {
            return prototypes;
        }
        double[] equal = new double[directions.length];
        Arrays.fill(equal, 1);
        float[][] centres = SphericalKMeans.centres(directions, equal, concepts, random.nextLong());
        float[] values = new float[concepts * dimension];
        for (int k = 0; k < concepts; k++) {
            System.arraycopy(centres[k], 0, values, k * dimension, dimension);
        }
        return prototypes.with(values);
    }

    /** Returns how many random numbers a user needs. */
    int latent() {
        return concepts * dimension;
    }

    /** Returns the dimension of rows in a model. */
    int width() {
        return VaeLayers.dimension(concepts, dimension);
    }

    /** Returns the rows of items in a model. */
    float[][] rows(List<NamedArray> weights) {
        float[][] own = catalogue.rows(weights);
        if (concepts == 1) {
            return own;
        }
        float[][] prototypes = weights.getLast().rows();
        for (float[] prototype : prototypes) {
            normalise(prototype);
        }
        for (int item = 0; item < own.length; item++) {
            own[item] = parted(own[item], prototypes);
        }
        return own;
    }

    /** Returns the length of a row's parts for an item of length 1. */
    private float length() {
        return concepts == 1 ? 1 : (float) SCALE;
    }

    /** The parts of a row add up to the item's direction. */
    @Override
    public float[] own(float[] row) {
        float[] own = new float[dimension + 1];
        for (int d = 0; d < latent(); d++) {
            own[d % dimension] += row[d] / length();
        }
        own[dimension] = row[width() - 1];
        return own;
    }

    @Override
    public float[][] ownMap(float[][] map) {
        float[][] own = new float[dimension + 1][RowMatrix.width(map)];
        for (int d = 0; d < latent(); d++) {
            RowMatrix.add(1 / length(), map[d], own[d % dimension]);
        }
        own[dimension] = map[width() - 1].clone();
        return own;
    }

    private float[] parted(float[] own, float[][] prototypes) {
        float[] direction = Arrays.copyOf(own, dimension);
        if (VectorUtil.dotProduct(direction, direction) == 0) {
            return new float[width()]; // nothing is known of the item
        }
        normalise(direction);
        double[] shares = new double[concepts];
        double sum = 0;
        for (int k = 0; k < concepts; k++) {
            // Cosines are 1 at most, so nothing overflows.
            shares[k] = Math.exp((VectorUtil.dotProduct(direction, prototypes[k]) - 1) / TEMPERATURE);
            sum += shares[k];
        }
        float[] row = new float[width()];
        for (int k = 0; k < concepts; k++) {
            double share = shares[k] / sum;
            for (int d = 0; d < dimension; d++) {
                row[k * dimension + d] = (float) (SCALE * share) * direction[d];
            }
            row[latent() + k] = (float) share;
        }
        row[width() - 1] = own[dimension];
        return row;
    }

    private static void normalise(float[] vector) {
        float norm = (float) Math.max(MIN_NORM, Math.sqrt(VectorUtil.dotProduct(vector, vector)));
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= norm;
        }
    }

    /**
     * A batch is: the items of the batch and their contents; places of the items to encode, where each user's begin, and their weights; a
     * random normal vector for each user; places of all items of the users, and the user of each; places of the sampled items, and those of
     * the users' own among them in the flattened matrix of users and sampled items; the logarithm of items for each sampled one; the weight
     * of the divergence.
     */
    @Override
    public String methods() {
        return catalogue.methods() + (concepts == 1 ? whole() : parted()) + String.format(Locale.ROOT, """
              def hidden(self: %1$s, w: List[Tensor], sum: Tensor) -> Tensor:
                return torch.tanh(torch.linear(sum, w[0], w[1]))
              def loss(self: %1$s, w: List[Tensor], b: List[Tensor]) -> Tensor:
                rows = self.table(w, b[0], b[1])
                w = w[%4$d:]
                sum, _, _, _ = torch.embedding_bag(rows, b[2], b[3], False, 0, False, b[4])
                h = self.hidden(w, self.input(sum))
                mean = self.mean(w, h)
                variance = torch.linear(h, w[4], w[5])
                noise = torch.reshape(b[5], [-1, %5$d]) * torch.exp(variance * 0.5)
                z = self.user(w, sum, mean, noise)
                taken = torch.sum(torch.index_select(z, 0, b[7]) * torch.embedding(rows, b[6]), 1)
                sampled = z @ torch.embedding(rows, b[8]).t()
                torch.view(sampled, [-1]).index_fill_(0, b[9], -inf)
                others = torch.clamp_min(torch.logsumexp(sampled, [1]) + b[10], %3$d)
                odds = torch.exp(torch.clamp_max(taken - torch.index_select(others, 0, b[7]), %2$d))
                total = others + torch.log1p(torch.index_add(torch.zeros_like(others), 0, b[7], odds))
                likelihood = torch.sum(taken - torch.index_select(total, 0, b[7]))
                divergence = torch.sum(torch.exp(variance) + self.square(mean) - variance - 1.) * 0.5
                return (divergence * b[11] - likelihood) / torch.size(z, 0)
            """, TorchProgram.CLASS, MAX_LOG_ODDS, MIN_LOG_OTHERS, catalogue.weights(), dimension);
    }

    /** Returns the methods of a network with one concept. */
    private String whole() {
        return String.format(Locale.ROOT, """
              def table(self: %1$s, w: List[Tensor], items: Tensor, contents: Tensor) -> Tensor:
                return self.rows(w, items, contents)
              def input(self: %1$s, sum: Tensor) -> Tensor:
                return torch.narrow(sum, 1, 0, %2$d)
              def mean(self: %1$s, w: List[Tensor], h: Tensor) -> Tensor:
                return torch.linear(h, w[2], w[3])
              def square(self: %1$s, mean: Tensor) -> Tensor:
                return mean * mean
              def user(self: %1$s, w: List[Tensor], sum: Tensor, mean: Tensor, noise: Tensor) -> Tensor:
                return torch.cat([mean + noise, torch.new_ones(mean, [torch.size(mean, 0), 1])], 1)
            """, TorchProgram.CLASS, dimension);
    }

    /** Returns the methods of a network with several concepts; {@code table} is {@link #rows} of some items. */
    private String parted() {
        return String.format(Locale.ROOT, """
              def unit(self: %1$s, x: Tensor) -> Tensor:
                return torch.div(x, torch.clamp_min(torch.norm(x, 2, [1], True), %2$s))
              def table(self: %1$s, w: List[Tensor], items: Tensor, contents: Tensor) -> Tensor:
                r = self.rows(w, items, contents)
                h = self.unit(torch.narrow(r, 1, 0, %3$d))
                shares = torch.softmax(h @ self.unit(w[%4$d]).t() / %5$s, -1)
                parts = torch.reshape(torch.unsqueeze(shares, 2) * torch.unsqueeze(h, 1) * %6$s, [-1, %7$d])
                return torch.cat([parts, shares, torch.narrow(r, 1, %3$d, 1)], 1)
              def input(self: %1$s, sum: Tensor) -> Tensor:
                return torch.reshape(torch.narrow(sum, 1, 0, %7$d), [-1, %3$d]) / %6$s
              def mean(self: %1$s, w: List[Tensor], h: Tensor) -> Tensor:
                return self.unit(torch.linear(h, w[2], w[3]))
              def square(self: %1$s, mean: Tensor) -> Tensor:
                return torch.zeros_like(mean)
              def user(self: %1$s, w: List[Tensor], sum: Tensor, mean: Tensor, noise: Tensor) -> Tensor:
                z = torch.reshape(self.unit(mean + noise * %8$s), [-1, %7$d])
                shares = torch.narrow(sum, 1, %7$d, %9$d)
                shares = torch.div(shares, torch.clamp_min(torch.sum(shares, [1], True), %2$s))
                return torch.cat([z, torch.log(shares + %10$s) * w[6], torch.new_ones(z, [torch.size(z, 0), 1])], 1)
            """, TorchProgram.CLASS, MIN_NORM, dimension, catalogue.weights() + 7, TEMPERATURE, SCALE, latent(),
            PRIOR_LENGTH / Math.sqrt(dimension), concepts, VaeLayers.LEAST_SHARE);
    }
}
