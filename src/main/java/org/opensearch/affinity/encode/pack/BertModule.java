package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.Pooling;
import org.opensearch.affinity.encode.pack.TorchScriptArchive.Tensor;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * The TorchScript module of a sentence encoder, in float32:
 * {@code forward(ids [B, S] int, lengths [B] int) -> [B, H] float}, token ids padded to S and the number
 * of tokens of each row in, L2-normalised pooled vectors out. Ids must be below the vocabulary's size
 * and S at most the number of positions.
 */
final class BertModule {
    private static final String CLASS = "__torch__.Encoder";

    private final BertGraph bert;
    private final Pooling pooling;
    private final TorchScriptArchive archive = new TorchScriptArchive("encoder");
    private final StringBuilder body = new StringBuilder();

    BertModule(BertGraph bert, Pooling pooling) {
        this.bert = bert;
        this.pooling = pooling;
        embeddings();
        for (int layer = 0; layer < bert.layers; layer++) {
            attention(layer);
            feedForward(layer);
        }
    }

    void write(Path file) throws IOException {
        archive.write(file, CLASS, code());
    }

    /** No text has two segments, so that the first segment's embedding folds into the positions. */
    private void embeddings() {
        copy("words", "embeddings.word_embeddings.weight", bert.vocabulary, bert.hidden);
        copy("positions", "embeddings.position_embeddings.weight", bert.positions, bert.hidden);
        FloatBuffer positions = archive.tensors().get("positions").floats();
        FloatBuffer segment = bert.floats("embeddings.token_type_embeddings.weight");
        for (int i = 0; i < positions.capacity(); i++) {
            positions.put(i, positions.get(i) + segment.get(i % bert.hidden));
        }
        line("x = torch.add(torch.embedding(self.words, ids), torch.slice(self.positions, 0, 0, S, 1))");
        layerNorm("norm", "embeddings.LayerNorm", "x");
    }

    /** Query, key and value are one product: a single large multiplication is faster than three. */
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
        String heads = "[B, S, 3, " + bert.heads + ", " + hidden / bert.heads + "]";
        line("qkv = torch.permute(torch.view(" + linear("qkv", layer, "x") + ", " + heads + "), [2, 0, 3, 1, 4])");
        line(
            "a = torch.scaled_dot_product_attention(torch.select(qkv, 0, 0), torch.select(qkv, 0, 1), "
                + "torch.select(qkv, 0, 2), mask, 0., False)"
        );
        line("a = torch.reshape(torch.transpose(a, 1, 2), [B, S, " + hidden + "])");
        putLinear("out", layer, from + "output.dense", hidden, hidden);
        layerNorm("attention_norm" + layer, from + "output.LayerNorm", "torch.add(" + linear("out", layer, "a") + ", x)");
    }

    private void feedForward(int layer) {
        String from = BertGraph.layer(layer);
        putLinear("up", layer, from + "intermediate.dense", bert.hidden, bert.inner);
        putLinear("down", layer, from + "output.dense", bert.inner, bert.hidden);
        line("h = torch.gelu(" + linear("up", layer, "x") + ", approximate=\"none\")");
        layerNorm("norm" + layer, from + "output.LayerNorm", "torch.add(" + linear("down", layer, "h") + ", x)");
    }

    private void layerNorm(String name, String from, String value) {
        copy(name + "_weight", from + ".weight", bert.hidden);
        copy(name + "_bias", from + ".bias", bert.hidden);
        line(
            "x = torch.layer_norm("
                + String.join(", ", value, "[" + bert.hidden + "]", "self." + name + "_weight", "self." + name + "_bias")
                + ", "
                + bert.epsilon
                + ")"
        );
    }

    private void putLinear(String name, int layer, String from, int in, int out) {
        Tensor weight = Tensor.zeros(out, in);
        transpose(from, in, out, weight.floats());
        archive.put(name + "_weight" + layer, weight);
        copy(name + "_bias" + layer, from + ".bias", out);
    }

    private static String linear(String name, int layer, String input) {
        return "torch.linear(" + String.join(", ", input, "self." + name + "_weight" + layer, "self." + name + "_bias" + layer) + ")";
    }

    private void copy(String name, String from, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        FloatBuffer source = bert.floats(from);
        if (source.remaining() != tensor.elements()) {
            throw new IllegalArgumentException(
                "tensor [" + from + "] holds [" + source.remaining() + "] values, not [" + tensor.elements() + "]"
            );
        }
        tensor.floats().put(source);
        archive.put(name, tensor);
    }

    /** ONNX multiplies by {@code [in, out]}, torch.linear by {@code [out, in]}. */
    private void transpose(String from, int in, int out, FloatBuffer target) {
        FloatBuffer weight = bert.linearWeight(from, in, out);
        for (int row = 0; row < in; row++) {
            for (int column = 0; column < out; column++) {
                target.put(column * in + row, weight.get(row * out + column));
            }
        }
    }

    private void line(String statement) {
        body.append("    ").append(statement).append('\n');
    }

    private String code() {
        StringBuilder names = new StringBuilder();
        StringBuilder declarations = new StringBuilder();
        for (String name : archive.tensors().keySet()) {
            names.append('"').append(name).append("\", ");
            declarations.append("  ").append(name).append(" : Tensor\n");
        }
        String pool = switch (pooling) {
            case MEAN -> "torch.div(torch.sum(torch.mul(x, torch.to(torch.unsqueeze(keep, 2), 6)), [1]), torch.unsqueeze(lengths, 1))";
            case CLS -> "torch.select(x, 1, 0)";
        };
        return """
            class Encoder(Module):
              __parameters__ = []
              __buffers__ = [%s]
              training : bool
            %s  def forward(self: %s, ids: Tensor, lengths: Tensor) -> Tensor:
                B = torch.size(ids, 0)
                S = torch.size(ids, 1)
                keep = torch.lt(torch.unsqueeze(torch.arange(S, device=ids.device), 0), torch.unsqueeze(lengths, 1))
                mask = torch.unsqueeze(torch.unsqueeze(keep, 1), 1)
            %s    p = %s
                return torch.div(p, torch.clamp_min(torch.norm(p, 2, [1], True), 9.9999999999999998e-13))
            """.formatted(names, declarations, CLASS, body, pool);
    }
}
