package org.opensearch.affinity.tool;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Pooling;
import org.opensearch.common.CheckedConsumer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.TimeZone;

import static org.hamcrest.Matchers.containsString;

public class BuildModelPackTests extends EncodeTestCase {
    public void testEqualInputsGiveEqualBytes() throws Exception {
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone(randomFrom("Asia/Tokyo", "America/Lima", "UTC")));
            ModelPack built = pack();
            ModelPack again = build(createTempDir(), describe("all-minilm-l6-v2.onnx", 256)).write();
            assertEquals(built.modelSha256(), again.modelSha256());
            assertEquals(built.tokenizerSha256(), again.tokenizerSha256());
            again.verify();
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    public void testTensorsAreAligned() throws Exception {
        try (ZipFile zip = ZipFile.builder().setPath(pack().model()).get()) {
            int entries = 0;
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                assertEquals(entry.getName(), ZipArchiveEntry.STORED, entry.getMethod());
                assertEquals(entry.getName(), 0, entry.getDataOffset() % TorchScriptArchive.ALIGNMENT);
                entries++;
            }
            assertEquals("4 embeddings, 12 tensors a layer, 5 files, 2 programs", 4 + 6 * 12 + 5 + 2, entries);
        }
    }

    public void testUpToDate() throws Exception {
        Path packs = createTempDir();
        Path description = describe("all-minilm-l6-v2.onnx", 256);
        BuildModelPack build = build(packs, description);
        assertFalse(build.isUpToDate());
        build.write();
        assertTrue(build.isUpToDate());
        Files.setLastModifiedTime(description, FileTime.fromMillis(System.currentTimeMillis() + 10_000));
        assertFalse(build.isUpToDate());
    }

    public void testInvalidDescriptions() throws Exception {
        Path missing = createTempFile();
        Files.writeString(missing, "name = x\n");
        assertThat(refused(() -> build(createTempDir(), missing)), containsString("has no property [onnx]"));
        Path tooLong = describe("all-minilm-l6-v2.onnx", 513);
        assertThat(
            refused(() -> build(createTempDir(), tooLong).write()),
            containsString("[max_tokens] must be from 3 to the model's number of positions, [512], got [513]")
        );
        assertThat(refused(() -> Pooling.parse("max")), containsString("unknown pooling [max]; known: [mean, cls]"));
    }

    public void testGraphThatIsNotBert() throws Exception {
        String words = "bert.embeddings.word_embeddings.weight";
        assertThat(refused(() -> bert(graph -> node(graph, "Relu"))), containsString("[*embeddings.word_embeddings.weight], got []"));
        assertThat(
            refused(() -> bert(graph -> tensor(graph, words, 7, 4))),
            containsString("tensor [bert.embeddings.position_embeddings.weight] is missing")
        );
        assertThat(refused(() -> bert(graph -> {
            tensor(graph, words, 7, 4);
            tensor(graph, "bert.embeddings.position_embeddings.weight", 8, 4);
        })), containsString("tensor [bert.encoder.layer.0.attention.self.query.bias] is missing"));
    }

    public void testFileThatIsNotOnnx() throws Exception {
        Path file = createTempFile();
        expectThrows(IOException.class, () -> OnnxGraph.read(file));
        Files.writeString(file, "This text is no protobuf message.");
        expectThrows(IOException.class, () -> OnnxGraph.read(file));
    }

    public void testOtherDataTypes() throws Exception {
        OnnxGraph graph = read(out -> tensor(out, "half", 3));
        OnnxGraph.Tensor half = new OnnxGraph.Tensor("half", new long[] { 3 }, 10, graph.initializer("half").bytes());
        assertThat(refused(half::floats), containsString("tensor [half] must have the ONNX data type float32 [1], got [10]"));
        OnnxGraph.Tensor torn = new OnnxGraph.Tensor("torn", new long[] { 4 }, 1, graph.initializer("half").bytes());
        assertThat(refused(torn::floats), containsString("tensor [torn] of shape [4] has [3] values"));
    }

    private static String refused(ThrowingRunnable build) {
        return expectThrows(IllegalArgumentException.class, build).getMessage();
    }

    private static BuildModelPack build(Path packs, Path description) throws IOException {
        return new BuildModelPack(description, folder("affinity.weights"), packs);
    }

    private static Path describe(String onnx, int maxTokens) throws IOException {
        Path description = createTempFile();
        Files.writeString(
            description,
            "name = m\nonnx = "
                + onnx
                + "\ntokenizer = all-minilm-l6-v2-tokenizer.json\npooling = mean\nmax_tokens = "
                + maxTokens
                + "\nlicense = Apache-2.0\norigin = a test\n"
        );
        return description;
    }

    private static BertGraph bert(CheckedConsumer<CodedOutputStream, IOException> graph) throws IOException {
        return new BertGraph(read(graph));
    }

    /** Reads a graph of one node and the given content. */
    private static OnnxGraph read(CheckedConsumer<CodedOutputStream, IOException> content) throws IOException {
        Path file = createTempFile();
        ByteString graph = message(out -> {
            node(out, "Identity");
            content.accept(out);
        });
        Files.write(file, message(out -> out.writeBytes(7, graph)).toByteArray());
        return OnnxGraph.read(file);
    }

    private static void node(CodedOutputStream graph, String op) throws IOException {
        graph.writeBytes(1, message(out -> out.writeString(4, op)));
    }

    private static void tensor(CodedOutputStream graph, String name, long... shape) throws IOException {
        int size = 1;
        for (long dimension : shape) {
            size *= (int) dimension;
        }
        byte[] zeros = new byte[size * Float.BYTES];
        graph.writeBytes(5, message(out -> {
            for (long dimension : shape) {
                out.writeInt64(1, dimension);
            }
            out.writeInt32(2, 1);
            out.writeString(8, name);
            out.writeByteArray(9, zeros);
        }));
    }

    private static ByteString message(CheckedConsumer<CodedOutputStream, IOException> fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.accept(out);
        out.flush();
        return ByteString.copyFrom(bytes.toByteArray());
    }
}
