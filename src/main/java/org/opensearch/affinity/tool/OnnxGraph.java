package org.opensearch.affinity.tool;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes and initialisers of an ONNX model, as far as they are needed to find a transformer in it. Field numbers are those of
 * {@code onnx.proto3}. The file is read into memory once; tensors are views of it.
 */
final class OnnxGraph {
    private static final int FLOAT32 = 1;

    /**
     * A tensor of the model.
     *
     * @param type  an {@code onnx.TensorProto.DataType}
     * @param bytes values, little-endian and row-major
     */
    record Tensor(String name, long[] shape, int type, ByteBuffer bytes) {
        /**
         * The values of a float32 tensor, row-major.
         *
         * @throws IllegalArgumentException for a tensor of another type, or whose number of values does not fit its shape
         */
        FloatBuffer floats() {
            if (type != FLOAT32) {
                throw new IllegalArgumentException("tensor [" + name + "] must have the ONNX data type float32 [1], got [" + type + "]");
            }
            FloatBuffer floats = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
            if (floats.remaining() != size) {
                throw new IllegalArgumentException(
                    "tensor [" + name + "] of shape " + Arrays.toString(shape) + " has [" + floats.remaining() + "] values"
                );
            }
            return floats;
        }
    }

    /**
     * An attribute of a node. Other kinds of attribute than numbers and tensors are not read.
     *
     * @param number 0 if the attribute is no number
     * @param tensor null if the attribute is no tensor
     */
    record Attribute(float number, Tensor tensor) {}

    /** An operation, {@code outputs = op(inputs)}. Inputs and outputs are names of tensors. */
    record Node(String op, String name, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {}

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();

    /**
     * Reads a model.
     *
     * @throws IOException              if the file cannot be read or is no ONNX model
     * @throws IllegalArgumentException if the model keeps tensors in another file or in a form that is not supported
     */
    static OnnxGraph read(Path file) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(Files.readAllBytes(file));
        in.enableAliasing(true);
        OnnxGraph graph = new OnnxGraph();
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == 7) {
                    graph.readGraph(in);
                } else {
                    in.skipField(tag);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("[" + file + "] is no ONNX model: " + e.getMessage(), e);
        }
        if (graph.nodes.isEmpty()) {
            throw new IOException("[" + file + "] is no ONNX model: it has no graph");
        }
        graph.link();
        return graph;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Whether there is an initialiser with this name. */
    boolean has(String tensor) {
        return initializers.containsKey(tensor);
    }

    /**
     * The only initialiser whose name has this suffix.
     *
     * @throws IllegalArgumentException if there is none or several
     */
    Tensor initializerEndingIn(String suffix) {
        List<Tensor> found = initializers.values().stream().filter(t -> t.name().endsWith(suffix)).toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                "the ONNX graph must have one tensor [*" + suffix + "], got " + found.stream().map(Tensor::name).toList()
            );
        }
        return found.getFirst();
    }

    /**
     * The initialiser with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    Tensor initializer(String name) {
        Tensor tensor = initializers.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("tensor [" + name + "] is missing from the ONNX graph");
        }
        return tensor;
    }

    /**
     * The node that computes a tensor.
     *
     * @throws IllegalArgumentException if there is none or if it is of another operation
     */
    Node producer(String tensor, String op) {
        Node node = producers.get(tensor);
        if (node == null || node.op().equals(op) == false) {
            throw new IllegalArgumentException(
                "tensor ["
                    + tensor
                    + "] must come from ["
                    + op
                    + "], but comes from "
                    + (node == null ? "no node" : "[" + node.op() + "] [" + node.name() + "]")
            );
        }
        return node;
    }

    /**
     * The only node that reads a tensor.
     *
     * @throws IllegalArgumentException if there is none or several, or if it is of another operation
     */
    Node consumer(String tensor, String op) {
        List<Node> found = consumers.getOrDefault(tensor, List.of());
        if (found.size() != 1 || found.getFirst().op().equals(op) == false) {
            throw new IllegalArgumentException(
                "tensor [" + tensor + "] must be read by one [" + op + "], but is read by " + found.stream().map(Node::op).toList()
            );
        }
        return found.getFirst();
    }

    /**
     * The first value of an initialiser or of a {@code Constant} node.
     *
     * @throws IllegalArgumentException if it is neither, or not float32
     */
    float scalar(String name) {
        Tensor tensor = initializers.get(name);
        if (tensor == null) {
            Attribute value = producer(name, "Constant").attributes().get("value");
            if (value == null || value.tensor() == null) {
                throw new IllegalArgumentException("constant [" + name + "] has no tensor");
            }
            tensor = value.tensor();
        }
        return tensor.floats().get(0);
    }

    /** Fills the maps of producers and consumers. */
    private void link() {
        for (Node node : nodes) {
            node.outputs().forEach(name -> producers.put(name, node));
            node.inputs().forEach(name -> consumers.computeIfAbsent(name, key -> new ArrayList<>()).add(node));
        }
    }

    private void readGraph(CodedInputStream in) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> nodes.add(readNode(in));
                case 5 -> {
                    Tensor tensor = readTensor(in);
                    initializers.put(tensor.name(), tensor);
                }
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outer);
    }

    private static Node readNode(CodedInputStream in) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        String name = "";
        String op = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> inputs.add(in.readString());
                case 2 -> outputs.add(in.readString());
                case 3 -> name = in.readString();
                case 4 -> op = in.readString();
                case 5 -> readAttribute(in, attributes);
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outer);
        return new Node(op, name, inputs, outputs, attributes);
    }

    private static void readAttribute(CodedInputStream in, Map<String, Attribute> attributes) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        String name = "";
        float number = 0;
        Tensor tensor = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> name = in.readString();
                case 2 -> number = in.readFloat();
                case 5 -> tensor = readTensor(in);
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outer);
        attributes.put(name, new Attribute(number, tensor));
    }

    private static Tensor readTensor(CodedInputStream in) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        String name = "";
        int type = 0;
        List<Long> shape = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.allocate(0);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> readLongs(in, tag, shape);
                case 2 -> type = in.readInt32();
                // Field 4, a packed list of floats, has the same layout as field 9, raw data.
                case 4, 9 -> bytes = packed(in, tag, name);
                case 8 -> name = in.readString();
                case 14 -> {
                    if (in.readEnum() != 0) {
                        throw new IllegalArgumentException("tensor [" + name + "] is in another file; the model must be one file");
                    }
                }
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outer);
        return new Tensor(name, shape.stream().mapToLong(Long::longValue).toArray(), type, bytes);
    }

    private static ByteBuffer packed(CodedInputStream in, int tag, String name) throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            throw new IllegalArgumentException("tensor [" + name + "] has unpacked values; only packed ones are supported");
        }
        return in.readByteBuffer();
    }

    /** Reads values of a repeated integer, packed or one at a time. */
    private static void readLongs(CodedInputStream in, int tag, List<Long> values) throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            values.add(in.readInt64());
            return;
        }
        int outer = in.pushLimit(in.readRawVarint32());
        while (in.isAtEnd() == false) {
            values.add(in.readInt64());
        }
        in.popLimit(outer);
    }
}
