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
 * The nodes and initialisers of an ONNX model, as far as the walk over a transformer needs them. The
 * field numbers are those of {@code onnx.proto3}. The file is read into memory once; tensors are views
 * of it.
 */
final class OnnxGraph {
    private static final int FLOAT32 = 1;

    /**
     * @param type  an {@code onnx.TensorProto.DataType}
     * @param bytes little-endian values, row-major
     */
    record Tensor(String name, long[] shape, int type, ByteBuffer bytes) {
        /** The values of a float32 tensor. @throws IllegalArgumentException for any other type */
        FloatBuffer floats() {
            if (type != FLOAT32) {
                throw new IllegalArgumentException("tensor [" + name + "] has ONNX data type [" + type + "]; only float32 [1] is read");
            }
            FloatBuffer floats = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            long wanted = Arrays.stream(shape).reduce(1, Math::multiplyExact);
            if (floats.remaining() != wanted) {
                throw new IllegalArgumentException(
                    "tensor [" + name + "] of shape " + Arrays.toString(shape) + " holds [" + floats.remaining() + "] values"
                );
            }
            return floats;
        }
    }

    /** Either a number or a tensor (null if none); other kinds of attribute are not read. */
    record Attribute(float number, Tensor tensor) {}

    /** One operation: {@code outputs = op(inputs)}, all of them names of tensors. */
    record Node(String op, String name, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {}

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();

    /** @throws IOException if the file cannot be read or is no ONNX model */
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
            throw new IOException("[" + file + "] holds no ONNX graph");
        }
        graph.link();
        return graph;
    }

    List<Node> nodes() {
        return nodes;
    }

    boolean has(String tensor) {
        return initializers.containsKey(tensor);
    }

    /** The only initialiser whose name ends so. */
    Tensor initializerEndingIn(String suffix) {
        List<Tensor> found = initializers.values().stream().filter(t -> t.name().endsWith(suffix)).toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                "wanted one tensor named [*" + suffix + "], found " + found.stream().map(Tensor::name).toList()
            );
        }
        return found.getFirst();
    }

    /** @throws IllegalArgumentException naming the tensor if it is missing */
    Tensor initializer(String name) {
        Tensor tensor = initializers.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("tensor [" + name + "] is missing from the ONNX graph");
        }
        return tensor;
    }

    /** The node that makes this tensor, which must be one of this operation. */
    Node producer(String tensor, String op) {
        Node node = producers.get(tensor);
        if (node == null || node.op().equals(op) == false) {
            throw new IllegalArgumentException(
                "tensor ["
                    + tensor
                    + "] must come from ["
                    + op
                    + "], comes from "
                    + (node == null ? "no node" : "[" + node.op() + "] [" + node.name() + "]")
            );
        }
        return node;
    }

    /** The only node that reads this tensor, which must be one of this operation. */
    Node consumer(String tensor, String op) {
        List<Node> found = consumers.getOrDefault(tensor, List.of());
        if (found.size() != 1 || found.getFirst().op().equals(op) == false) {
            throw new IllegalArgumentException(
                "tensor [" + tensor + "] must be read by one [" + op + "], is read by " + found.stream().map(Node::op).toList()
            );
        }
        return found.getFirst();
    }

    /** The first value of an initialiser or of a {@code Constant} node. */
    float scalar(String name) {
        Tensor tensor = initializers.get(name);
        if (tensor == null) {
            Attribute value = producer(name, "Constant").attributes().get("value");
            if (value == null || value.tensor() == null) {
                throw new IllegalArgumentException("constant [" + name + "] holds no tensor");
            }
            tensor = value.tensor();
        }
        return tensor.floats().get(0);
    }

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
                // A packed list of floats has the layout of raw data.
                case 4, 9 -> bytes = packed(in, tag, name);
                case 8 -> name = in.readString();
                case 14 -> {
                    if (in.readEnum() != 0) {
                        throw new IllegalArgumentException("tensor [" + name + "] lies in another file; a model must be one file");
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
            throw new IllegalArgumentException("tensor [" + name + "] holds unpacked values; only packed ones are read");
        }
        return in.readByteBuffer();
    }

    /** A repeated integer, packed or one at a time: writers do both. */
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
