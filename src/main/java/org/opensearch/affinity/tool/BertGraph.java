package org.opensearch.affinity.tool;

import org.opensearch.affinity.tool.OnnxGraph.Node;

import java.nio.FloatBuffer;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A BERT encoder (Devlin et al. 2019: absolute learned positions, layer norm after each residual, GELU
 * by the error function) found in an ONNX export. Exporters keep the names of all tensors but those of
 * the linear weights, which are found through their biases, and fold sizes and constants into the graph.
 */
final class BertGraph {
    private final OnnxGraph graph;
    private final String prefix;

    final int vocabulary;
    final int positions;
    final int hidden;
    final int inner;
    final int layers;
    final int heads;
    final float epsilon;

    /** @throws IllegalArgumentException naming the tensor or operation that is missing or is not BERT's */
    BertGraph(OnnxGraph graph) {
        this.graph = graph;
        String words = graph.initializerEndingIn("embeddings.word_embeddings.weight").name();
        this.prefix = words.substring(0, words.length() - "embeddings.word_embeddings.weight".length());
        this.vocabulary = size("embeddings.word_embeddings.weight", 0);
        this.hidden = size("embeddings.word_embeddings.weight", 1);
        this.positions = size("embeddings.position_embeddings.weight", 0);
        this.layers = countLayers();
        this.inner = size(layer(0) + "intermediate.dense.bias", 0);
        this.epsilon = epsilon();
        this.heads = heads();
        refuse("CumSum", "positions are counted as in RoBERTa; only BERT's are supported");
        long activations = nodes("Erf").count();
        if (activations != layers) {
            throw new IllegalArgumentException("[" + layers + "] layers but [" + activations + "] [Erf]; only the exact GELU is supported");
        }
    }

    static String layer(int index) {
        return "encoder.layer." + index + ".";
    }

    FloatBuffer floats(String name) {
        return graph.initializer(prefix + name).floats();
    }

    /**
     * The weight of the linear layer with this name, {@code [in, out]} as ONNX multiplies by it. The
     * bias has a name, its only reader adds it to a product, and that product's right side is the weight.
     */
    FloatBuffer linearWeight(String name, int in, int out) {
        String bias = prefix + name + ".bias";
        graph.initializer(bias);
        Node add = graph.consumer(bias, "Add");
        String product = add.inputs().get(0).equals(bias) ? add.inputs().get(1) : add.inputs().get(0);
        OnnxGraph.Tensor weight = graph.initializer(graph.producer(product, "MatMul").inputs().get(1));
        if (weight.shape().length != 2 || weight.shape()[0] != in || weight.shape()[1] != out) {
            throw new IllegalArgumentException(
                "weight [" + weight.name() + "] of [" + name + "] is not of shape [" + in + ", " + out + "]"
            );
        }
        return weight.floats();
    }

    private int size(String name, int dimension) {
        return Math.toIntExact(graph.initializer(prefix + name).shape()[dimension]);
    }

    private int countLayers() {
        // A model without layers is told by the name of what it misses.
        graph.initializer(prefix + layer(0) + "attention.self.query.bias");
        int count = 1;
        while (graph.has(prefix + layer(count) + "attention.self.query.bias")) {
            count++;
        }
        return count;
    }

    /** What is added to the variance before its root, or an attribute where layer norm is one operation. */
    private float epsilon() {
        Set<Float> found = nodes("Sqrt").map(root -> graph.scalar(graph.producer(root.inputs().getFirst(), "Add").inputs().get(1)))
            .collect(Collectors.toSet());
        nodes("LayerNormalization").map(norm -> norm.attributes().get("epsilon"))
            .forEach(attribute -> found.add(attribute == null ? 1e-5f : attribute.number()));
        return single(found, "layer norm epsilon");
    }

    /** Scores are divided by the root of a head's width before the mask is added. */
    private int heads() {
        Set<Float> roots = nodes("Softmax").map(softmax -> graph.producer(softmax.inputs().getFirst(), "Add"))
            .map(masked -> graph.producer(masked.inputs().getFirst(), "Div"))
            .map(scaled -> graph.scalar(scaled.inputs().get(1)))
            .collect(Collectors.toSet());
        float root = single(roots, "attention scale");
        int width = Math.round(root * root);
        if (width == 0 || hidden % width != 0) {
            throw new IllegalArgumentException("attention scale [" + root + "] does not fit the hidden size [" + hidden + "]");
        }
        return hidden / width;
    }

    private static float single(Set<Float> values, String what) {
        if (values.size() != 1) {
            throw new IllegalArgumentException("wanted one " + what + " in the ONNX graph, found " + values);
        }
        return values.iterator().next();
    }

    private void refuse(String op, String reason) {
        if (nodes(op).findAny().isPresent()) {
            throw new IllegalArgumentException("[" + op + "]: " + reason);
        }
    }

    private Stream<Node> nodes(String op) {
        return graph.nodes().stream().filter(node -> node.op().equals(op));
    }
}
