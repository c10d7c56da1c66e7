package org.opensearch.affinity.tool;

import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Pooling;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive.Tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The TorchScript archive of a sentence encoder. It has the weights once, in float32, with code that runs them as they are or
 * converted to a half-precision type. Extra entries of a few kilobytes are modules without weights, which adopt the weights for an
 * arithmetic with another layout.
 */
final class BertModule {
    private final BertGraph bert;
    private final Pooling pooling;
    private final TorchScriptArchive archive = new TorchScriptArchive("encoder");

    BertModule(BertGraph bert, Pooling pooling) {
        this.bert = bert;
        this.pooling = pooling;
        embeddings();
        for (int layer = 0; layer < bert.layers; layer++) {
            attention(layer);
            feedForward(layer);
        }
    }

    /** Writes the archive; an existing file is replaced. */
    void write(Path file) throws IOException {
        archive.putExtra(ModelPack.program(Arithmetic.ONEDNN.toString()), program(Arithmetic.ONEDNN));
        archive.putExtra(ModelPack.program(Arithmetic.INT8.toString()), program(Arithmetic.INT8));
        archive.write(file, BertCode.CLASS, code(Arithmetic.PLAIN));
    }

    /** The archive of a module without weights, whose attributes are empty until it adopts the weights. */
    private ByteBuffer program(Arithmetic arithmetic) throws IOException {
        TorchScriptArchive program = new TorchScriptArchive("program");
        for (String name : archive.tensors().keySet()) {
            program.put(name, arithmetic.type(name).equals("Tensor") ? Tensor.zeros(0) : null);
        }
        return program.bytes(BertCode.CLASS, code(arithmetic));
    }

    private String code(Arithmetic arithmetic) {
        return new BertCode(bert, pooling, arithmetic, List.copyOf(archive.tensors().keySet())).text();
    }

    /** Adds the embeddings. That of the first segment is added to the positions, as texts have one segment only. */
    private void embeddings() {
        copy("words", "embeddings.word_embeddings.weight", bert.vocabulary, bert.hidden);
        copy("positions", "embeddings.position_embeddings.weight", bert.positions, bert.hidden);
        FloatBuffer positions = archive.tensors().get("positions").floats();
        FloatBuffer segment = bert.floats("embeddings.token_type_embeddings.weight");
        for (int i = 0; i < positions.capacity(); i++) {
            positions.put(i, positions.get(i) + segment.get(i % bert.hidden));
        }
        layerNorm("norm", "embeddings.LayerNorm");
    }

    /** Adds the weights of attention, with those of query, key and value in one tensor: one large product is faster than three. */
    private void attention(int layer) {
        String from = BertGraph.layer(layer) + "attention.";
        int hidden = bert.hidden;
        Tensor weight = Tensor.zeros(3 * hidden, hidden);
        Tensor bias = Tensor.zeros(3 * hidden);
        String[] parts = { "self.query", "self.key", "self.value" };
        for (int i = 0; i < parts.length; i++) {
            transpose(from + parts[i], hidden, hidden, weight.floats().slice(i * hidden * hidden, hidden * hidden));
            bias.floats().slice(i * hidden, hidden).put(bert.floats(from + parts[i] + ".bias"));
        }
        archive.put("qkv_weight" + layer, weight);
        archive.put("qkv_bias" + layer, bias);
        putLinear("out", layer, from + "output.dense", hidden, hidden);
        layerNorm("attention_norm" + layer, from + "output.LayerNorm");
    }

    private void feedForward(int layer) {
        String from = BertGraph.layer(layer);
        putLinear("up", layer, from + "intermediate.dense", bert.hidden, bert.inner);
        putLinear("down", layer, from + "output.dense", bert.inner, bert.hidden);
        layerNorm("norm" + layer, from + "output.LayerNorm");
    }

    private void layerNorm(String name, String from) {
        copy(name + "_weight", from + ".weight", bert.hidden);
        copy(name + "_bias", from + ".bias", bert.hidden);
    }

    private void putLinear(String name, int layer, String from, int in, int out) {
        Tensor weight = Tensor.zeros(out, in);
        transpose(from, in, out, weight.floats());
        archive.put(name + "_weight" + layer, weight);
        copy(name + "_bias" + layer, from + ".bias", out);
    }

    private void copy(String name, String from, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        FloatBuffer source = bert.floats(from);
        if (source.remaining() != tensor.elements()) {
            throw new IllegalArgumentException(
                "tensor [" + from + "] must have [" + tensor.elements() + "] values, got [" + source.remaining() + "]"
            );
        }
        tensor.floats().put(source);
        archive.put(name, tensor);
    }

    /** Copies a weight from ONNX's order {@code [in, out]} to that of torch.linear, {@code [out, in]}. */
    private void transpose(String from, int in, int out, FloatBuffer target) {
        FloatBuffer weight = bert.linearWeight(from, in, out);
        for (int row = 0; row < in; row++) {
            for (int column = 0; column < out; column++) {
                target.put(column * in + row, weight.get(row * out + column));
            }
        }
    }
}
