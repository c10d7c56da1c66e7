package org.opensearch.affinity.tool;

import org.opensearch.affinity.tool.OnnxGraph.Node;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A BERT encoder in an ONNX graph: its sizes and its tensors. BERT (Devlin et al. 2019) has learned absolute positions, layer norm
 * after each residual connection and GELU by the error function. Exporters keep the names of all tensors except the linear weights,
 * which are found through their biases; sizes and constants are folded into the graph.
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

    /** @throws IllegalArgumentException if the graph is no BERT encoder, naming the tensor or operation that is missing or different */
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
        refuse("CumSum", "the model computes positions as RoBERTa does; only those of BERT are supported");
        long activations = nodes("Erf").count();
        if (activations != layers) {
            throw new IllegalArgumentException(
                "the graph has [" + layers + "] layers and [" + activations + "] operations [Erf]; only the exact GELU is supported"
            );
        }
    }

    /** The prefix of the names of a layer's tensors. */
    static String layer(int index) {
        return "encoder.layer." + index + ".";
    }

    /** The values of a tensor, row-major. */
    FloatBuffer floats(String name) {
        return graph.initializer(prefix + name).floats();
    }

    /**
     * The weight of a linear layer, {@code [in, out]}, in ONNX's order. It is found through the bias, whose name is known: its only
     * consumer adds it to a product, of which the weight is the right operand.
     */
    FloatBuffer linearWeight(String name, int in, int out) {
        String bias = prefix + name + ".bias";
        graph.initializer(bias);
        Node add = graph.consumer(bias, "Add");
        String product = add.inputs().get(0).equals(bias) ? add.inputs().get(1) : add.inputs().get(0);
        OnnxGraph.Tensor weight = graph.initializer(graph.producer(product, "MatMul").inputs().get(1));
        if (weight.shape().length != 2 || weight.shape()[0] != in || weight.shape()[1] != out) {
            throw new IllegalArgumentException(
                "weight [" + weight.name() + "] of [" + name + "] must have the shape [" + in + ", " + out + "], got "
                    + Arrays.toString(weight.shape())
            );
        }
        return weight.floats();
    }

    private int size(String name, int dimension) {
        return Math.toIntExact(graph.initializer(prefix + name).shape()[dimension]);
    }

    private int countLayers() {
        // Fails with the name of the missing tensor if there are no layers.
        graph.initializer(prefix + layer(0) + "attention.self.query.bias");
        int count = 1;
        while (graph.has(prefix + layer(count) + "attention.self.query.bias")) {
            count++;
        }
        return count;
    }

    /** The epsilon of all layer norms: the addend under each square root, or an attribute where layer norm is one operation. */
    private float epsilon() {
        Set<Float> found = nodes("Sqrt").map(root -> graph.scalar(graph.producer(root.inputs().getFirst(), "Add").inputs().get(1)))
            .collect(Collectors.toSet());
        nodes("LayerNormalization").map(norm -> norm.attributes().get("epsilon"))
            .forEach(attribute -> found.add(attribute == null ? 1e-5f : attribute.number()));
        return single(found, "layer norm epsilon");
    }

    /** The number of heads, from the divisor of the attention scores, which is the square root of a head's width. */
    private int heads() {
        Set<Float> divisors = nodes("Softmax").map(softmax -> graph.producer(softmax.inputs().getFirst(), "Add"))
            .map(masked -> graph.producer(masked.inputs().getFirst(), "Div"))
            .map(scaled -> graph.scalar(scaled.inputs().get(1)))
            .collect(Collectors.toSet());
        float divisor = single(divisors, "attention scale");
        int width = Math.round(divisor * divisor);
        if (width == 0 || hidden % width != 0) {
            throw new IllegalArgumentException("attention scale [" + divisor + "] does not fit the hidden size [" + hidden + "]");
        }
        return hidden / width;
    }

    private static float single(Set<Float> values, String what) {
        if (values.size() != 1) {
            throw new IllegalArgumentException("the ONNX graph must have one " + what + ", got " + values);
        }
        return values.iterator().next();
    }

    private void refuse(String op, String reason) {
        if (nodes(op).findAny().isPresent()) {
            throw new IllegalArgumentException("the ONNX graph has an operation [" + op + "]: " + reason);
        }
    }

    private Stream<Node> nodes(String op) {
        return graph.nodes().stream().filter(node -> node.op().equals(op));
    }
}
