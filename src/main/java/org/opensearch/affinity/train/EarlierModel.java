package org.opensearch.affinity.train;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.learn.network.EarlierNetwork;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.affinity.model.PartEncoder;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.core.rest.RestStatus;

import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * The model whose networks a training continues.
 *
 * @param index    of the model
 * @param newest   time of the newest event of its log, epoch milliseconds
 * @param networks the names of its parts that are networks
 */
record EarlierModel(String index, long newest, List<String> networks) {
    /** @throws OpenSearchStatusException (409) if this node has no copy of the model */
    static EarlierModel of(String index, long newest, RankNode node) {
        return new EarlierModel(index, newest, read(index, node, OpenModel::networks));
    }

    /**
     * Returns the network of a part; null if the model has none.
     *
     * @param items ids by item
     * @throws OpenSearchStatusException (409) if this node has no copy of the model
     */
    EarlierNetwork network(String part, List<String> items, BitSet users, RankNode node) {
        return networks.contains(part) ? read(index, node, model -> network(model, part, items, users)) : null;
    }

    private static EarlierNetwork network(OpenModel model, String part, List<String> items, BitSet users) {
        PartEncoder encoder = model.network(part);
        return new EarlierNetwork(model.vectors(part, items), EarlierNetwork.weights(encoder.network()), encoder.content(), users);
    }

    private static <T> T read(String index, RankNode node, Function<OpenModel, T> read) {
        OpenModel model = node.models().open(index);
        if (model == null || model.tryIncRef() == false) {
            throw new OpenSearchStatusException(
                "[affinity] [continue] this node has no copy of model [{}]; send the request to a data node",
                RestStatus.CONFLICT,
                ModelIndex.number(index)
            );
        }
        try {
            return read.apply(model);
        } finally {
            model.decRef();
        }
    }
}
