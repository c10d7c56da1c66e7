package org.opensearch.affinity.tool;

import java.util.Locale;

/** The arithmetic of a module's linear layers: number type and layout of the weights. Generates the TorchScript text for it. */
enum Arithmetic {
    /** Weights as they are stored, in float32, or as {@code convert} has converted them, in float16 or bfloat16. */
    PLAIN {
        @Override
        String linear(String input, String weight, String bias, boolean gelu) {
            String product = "torch.linear(" + String.join(", ", input, weight, bias) + ")";
            return gelu ? "torch.gelu(" + product + ", approximate=\"none\")" : product;
        }

        @Override
        String adopt(String name, String weight, String bias) {
            throw new UnsupportedOperationException("a plain module has the tensor [" + name + "] and adopts none");
        }
    },

    /**
     * oneDNN, in float32 or bfloat16. It reorders each weight once into the layout of its kernels, and applies GELU to a product while
     * it is in the cache. Activations between layers and layer norms stay in float32: in bfloat16 the error of the vectors would be
     * three times as large, without a measurable gain in speed. A libtorch without oneDNN lacks these operators.
     */
    ONEDNN {
        @Override
        String linear(String input, String weight, String bias, boolean gelu) {
            String none = ", annotate(List[Optional[number]], []), ";
            String activation = gelu ? "\"gelu\"" + none + "\"none\"" : "\"none\"" + none + "\"\"";
            String converted = "torch.to(" + input + ", " + bias + ".dtype)";
            return "ops.mkldnn._linear_pointwise(" + String.join(", ", converted, weight, bias, activation) + ")";
        }

        @Override
        String adopt(String name, String weight, String bias) {
            String converted = "torch.to(" + weight + ", dtype)";
            if (isLinearWeight(name)) {
                return "ops.mkldnn._reorder_linear_weight(" + converted + ", 1024)";
            }
            return isLinearBias(name) ? converted : weight;
        }
    },

    /** 8-bit weights with one scale for each output; inputs are quantised with one scale for each batch. */
    INT8 {
        @Override
        String linear(String input, String weight, String bias, boolean gelu) {
            String product = "ops.quantized.linear_dynamic(" + input + ", unchecked_cast(" + PACKED + ", " + weight + "), False)";
            return gelu ? "torch.gelu(" + product + ", approximate=\"none\")" : product;
        }

        @Override
        String adopt(String name, String weight, String bias) {
            if (isLinearWeight(name) == false) {
                return weight;
            }
            String scales = "torch.clamp_min(torch.div(torch.amax(torch.abs(" + weight + "), [1], False), 127.), 9.9999999999999998e-13)";
            String zeros = "torch.zeros([torch.size(" + weight + ", 0)], dtype=4)";
            String quantized = "torch.quantize_per_channel(" + String.join(", ", weight, scales, zeros, "0, 12)");
            return "ops.quantized.linear_prepack(" + quantized + ", " + bias + ")";
        }

        @Override
        String type(String name) {
            return isLinearWeight(name) ? "Optional[" + PACKED + "]" : "Tensor";
        }
    };

    private static final String PACKED = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

    /**
     * The expression of a linear layer, {@code input * weight^T + bias}.
     *
     * @param gelu whether the exact GELU is applied to the result
     */
    abstract String linear(String input, String weight, String bias, boolean gelu);

    /**
     * The expression that computes an attribute from the float32 tensor of the same name.
     *
     * @param name   of the attribute
     * @param weight expression of the tensor
     * @param bias   expression of the bias of the same linear layer; ignored for tensors other than linear weights
     */
    abstract String adopt(String name, String weight, String bias);

    /** The TorchScript type of an attribute. */
    String type(String name) {
        return "Tensor";
    }

    /** The name of the layout, as in the name of the program's entry in the archive. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Distinguishes weights of linear layers from those of layer norms, whose names end in {@code norm_weight} or {@code norm1_weight}. */
    private static boolean isLinearWeight(String name) {
        return name.matches("(qkv|out|up|down)_weight\\d+");
    }

    private static boolean isLinearBias(String name) {
        return name.matches("(qkv|out|up|down)_bias\\d+");
    }
}
