package org.opensearch.affinity.tool;

import java.util.Locale;

/** How a module multiplies by the weights of its linear layers, as TorchScript text. */
enum Arithmetic {
    /** By weights as they are stored, or as {@code convert} made them: float32, float16 or bfloat16. */
    PLAIN {
        @Override
        String linear(String input, String weight, String bias, boolean gelu) {
            String product = "torch.linear(" + String.join(", ", input, weight, bias) + ")";
            return gelu ? "torch.gelu(" + product + ", approximate=\"none\")" : product;
        }

        @Override
        String adopt(String name, String weight, String bias) {
            throw new UnsupportedOperationException("[" + name + "] is there already");
        }
    },

    /**
     * float32 or bfloat16 by oneDNN, which lays each weight out once as its kernels read it and applies GELU to
     * the product while it is in the cache. What flows from layer to layer, and its norms, stay float32: with
     * them in bfloat16 vectors are three times as far off, and nothing measurable is gained. A libtorch without
     * oneDNN has no such operators.
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

    /** 8-bit weights with a scale for each row of the output; inputs are quantised batch by batch. */
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

    /** The expression {@code input * weight^T + bias}, followed by the exact GELU where that is wanted. */
    abstract String linear(String input, String weight, String bias, boolean gelu);

    /**
     * The expression that makes an attribute from the float32 tensor of that name.
     *
     * @param bias the bias of the layer that the weight belongs to; of no meaning for other tensors
     */
    abstract String adopt(String name, String weight, String bias);

    /** The type of the attribute of that name. */
    String type(String name) {
        return "Tensor";
    }

    /** What {@link org.opensearch.affinity.runtime.Precision} calls it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Those of linear layers are numbered by layer, those of layer norms end in {@code norm[N]_weight}. */
    private static boolean isLinearWeight(String name) {
        return name.matches("(qkv|out|up|down)_weight\\d+");
    }

    private static boolean isLinearBias(String name) {
        return name.matches("(qkv|out|up|down)_bias\\d+");
    }
}
