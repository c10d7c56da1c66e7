package org.opensearch.affinity.tool;

import org.opensearch.affinity.encode.pack.Pooling;

import java.util.List;
import java.util.Locale;

/**
 * Generates the TorchScript text of a sentence encoder's class, for any arithmetic. Its method is
 * {@code forward(ids [B, S] int, lengths [B] int) -> [B, H] float}: from token ids padded to S and the number of tokens of each row to
 * pooled vectors of unit length. Ids must be below the size of the vocabulary, and S at most the number of positions.
 */
final class BertCode {
    static final String CLASS = "__torch__.Encoder";

    private final BertGraph bert;
    private final Pooling pooling;
    private final Arithmetic arithmetic;
    private final List<String> names;
    private final StringBuilder body = new StringBuilder();

    /** @param names names of the tensors that are attributes of the class, in their order */
    BertCode(BertGraph bert, Pooling pooling, Arithmetic arithmetic, List<String> names) {
        this.bert = bert;
        this.pooling = pooling;
        this.arithmetic = arithmetic;
        this.names = names;
        line("x = torch.add(torch.embedding(self.words, ids), torch.slice(self.positions, 0, 0, S, 1))");
        layerNorm("norm", "x");
        for (int layer = 0; layer < bert.layers; layer++) {
            attention(layer);
            feedForward(layer);
        }
    }

    /** The text of the class. Unless the arithmetic is plain, its attributes are empty until {@code adopt} is called. */
    String text() {
        StringBuilder buffers = new StringBuilder();
        StringBuilder declarations = new StringBuilder();
        for (String name : names) {
            String type = arithmetic.type(name);
            if (type.equals("Tensor")) {
                buffers.append('"').append(name).append("\", ");
            }
            declarations.append("  ").append(name).append(" : ").append(type).append('\n');
        }
        String pooled = switch (pooling) {
            case MEAN -> "torch.div(torch.sum(torch.mul(x, torch.to(torch.unsqueeze(keep, 2), 6)), [1]), torch.unsqueeze(lengths, 1))";
            case CLS -> "torch.select(x, 1, 0)";
        };
        return String.format(Locale.ROOT, """
            class Encoder(Module):
              __parameters__ = []
              __buffers__ = [%s]
              training : bool
            %s  def forward(self: %s, ids: Tensor, lengths: Tensor) -> Tensor:
                B = torch.size(ids, 0)
                S = torch.size(ids, 1)
                keep = torch.lt(torch.unsqueeze(torch.arange(S, device=ids.device), 0), torch.unsqueeze(lengths, 1))
                mask = torch.unsqueeze(torch.unsqueeze(keep, 1), 1)
            %s    x = torch.to(x, 6)
                p = %s
                return torch.div(p, torch.clamp_min(torch.norm(p, 2, [1], True), 9.9999999999999998e-13))
            """, buffers, declarations, CLASS, body, pooled) + (arithmetic == Arithmetic.PLAIN ? plainMethods() : adoptMethod());
    }

    private void attention(int layer) {
        String heads = "[B, S, 3, " + bert.heads + ", " + bert.hidden / bert.heads + "]";
        line("qkv = torch.permute(torch.view(" + linear("qkv", layer, "x", false) + ", " + heads + "), [2, 0, 3, 1, 4])");
        line(
            "a = torch.scaled_dot_product_attention(torch.select(qkv, 0, 0), torch.select(qkv, 0, 1), "
                + "torch.select(qkv, 0, 2), mask, 0., False)"
        );
        line("a = torch.reshape(torch.transpose(a, 1, 2), [B, S, " + bert.hidden + "])");
        layerNorm("attention_norm" + layer, "torch.add(" + linear("out", layer, "a", false) + ", x)");
    }

    private void feedForward(int layer) {
        line("h = " + linear("up", layer, "x", true));
        layerNorm("norm" + layer, "torch.add(" + linear("down", layer, "h", false) + ", x)");
    }

    private void layerNorm(String name, String value) {
        line(
            "x = torch.layer_norm("
                + String.join(", ", value, "[" + bert.hidden + "]", "self." + name + "_weight", "self." + name + "_bias")
                + ", "
                + bert.epsilon
                + ")"
        );
    }

    private String linear(String name, int layer, String input, boolean gelu) {
        return arithmetic.linear(input, "self." + name + "_weight" + layer, "self." + name + "_bias" + layer, gelu);
    }

    private void line(String statement) {
        body.append("    ").append(statement).append('\n');
    }

    /** The methods {@code weights()}, which returns all tensors, and {@code convert(dtype)}, which changes their type. */
    private String plainMethods() {
        StringBuilder convert = new StringBuilder();
        for (String name : names) {
            convert.append("    self.").append(name).append(" = torch.to(self.").append(name).append(", dtype)\n");
        }
        return String.format(Locale.ROOT, """
              def weights(self: %s) -> List[Tensor]:
                return [%s]
              def convert(self: %s, dtype: int) -> int:
            %s    return dtype
            """, CLASS, "self." + String.join(", self.", names), CLASS, convert);
    }

    /** The method {@code adopt(weights, dtype)}, which sets the attributes from the plain module's tensors and returns their number. */
    private String adoptMethod() {
        StringBuilder adopt = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            String bias = names.get(i).replace("_weight", "_bias");
            String value = arithmetic.adopt(names.get(i), "weights[" + i + "]", "weights[" + names.indexOf(bias) + "]");
            adopt.append("    self.").append(names.get(i)).append(" = ").append(value).append('\n');
        }
        return String.format(Locale.ROOT, """
              def adopt(self: %s, weights: List[Tensor], dtype: int) -> int:
            %s    return torch.len(weights)
            """, CLASS, adopt);
    }
}
