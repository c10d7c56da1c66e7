package org.opensearch.affinity.learn.torchscript;

import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;

/**
 * Writes archives in the format of {@code torch.jit.save}, for one module with tensors: a zip of uncompressed entries with the code as
 * text, a pickle of the module, and one aligned entry for each tensor. Equal modules give equal bytes.
 */
public final class TorchScriptArchive {
    /** Alignment of entries in bytes, a cache line: libtorch maps tensors into memory without copying. */
    public static final int ALIGNMENT = 64;

    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** Types of tensor elements, with the name of the storage class in the pickle. */
    public enum Type {
        FLOAT32("FloatStorage", Float.BYTES);

        final String storage;
        final int bytes;

        Type(String storage, int bytes) {
            this.storage = storage;
            this.bytes = bytes;
        }
    }

    /**
     * A tensor of the module.
     *
     * @param bytes a heap buffer of the values, little-endian and row-major
     */
    public record Tensor(Type type, ByteBuffer bytes, long... shape) {
        /** A new float32 tensor of zeros, to be filled through {@link #floats}. */
        public static Tensor zeros(int... shape) {
            long[] dimensions = new long[shape.length];
            int size = Float.BYTES;
            for (int i = 0; i < shape.length; i++) {
                dimensions[i] = shape[i];
                size = Math.multiplyExact(size, shape[i]);
            }
            return new Tensor(Type.FLOAT32, ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN), dimensions);
        }

        /** A view of the values, which can be written. */
        public FloatBuffer floats() {
            return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        }

        /** The number of values. */
        public int elements() {
            return bytes.remaining() / type.bytes;
        }
    }

    private final String root;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> extras = new LinkedHashMap<>();

    /** @param root name of the folder inside the zip, which libtorch ignores */
    public TorchScriptArchive(String root) {
        this.root = root;
    }

    /**
     * Adds an attribute to the module.
     *
     * @param tensor null for {@code None}
     * @throws IllegalArgumentException if there is an attribute with this name
     */
    public void put(String name, Tensor tensor) {
        if (tensors.containsKey(name)) {
            throw new IllegalArgumentException("the module has a tensor [" + name + "] already");
        }
        tensors.put(name, tensor);
    }

    /**
     * Adds an entry that libtorch does not read.
     *
     * @param content a heap buffer
     */
    public void putExtra(String name, ByteBuffer content) {
        extras.put(name, content);
    }

    /** The attributes by name, in the order in which they were added; null for {@code None}. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * Writes the archive; an existing file is replaced.
     *
     * @param qualifiedName name of the module's class, with the prefix {@code __torch__.}
     * @param code          TorchScript text of the class
     */
    public void write(Path file, String qualifiedName, String code) throws IOException {
        try (
            ZipArchiveOutputStream zip = new ZipArchiveOutputStream(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE
            )
        ) {
            write(zip, qualifiedName, code);
        }
    }

    /** Writes a small archive into memory, see {@link #write}. */
    public ByteBuffer bytes(String qualifiedName, String code) throws IOException {
        SeekableInMemoryByteChannel channel = new SeekableInMemoryByteChannel();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(channel)) {
            write(zip, qualifiedName, code);
        }
        return ByteBuffer.wrap(channel.array(), 0, Math.toIntExact(channel.size()));
    }

    private void write(ZipArchiveOutputStream zip, String qualifiedName, String code) throws IOException {
        put(zip, "data.pkl", new Pickle().module(qualifiedName, tensors));
        put(zip, "code/__torch__.py", ByteBuffer.wrap(code.getBytes(StandardCharsets.UTF_8)));
        int key = 0;
        for (Tensor tensor : tensors.values()) {
            if (tensor != null) {
                put(zip, "data/" + key++, tensor.bytes());
            }
        }
        put(zip, "constants.pkl", new Pickle().emptyTuple());
        put(zip, "byteorder", ByteBuffer.wrap("little".getBytes(StandardCharsets.UTF_8)));
        put(zip, "version", ByteBuffer.wrap("10\n".getBytes(StandardCharsets.UTF_8)));
        for (Map.Entry<String, ByteBuffer> extra : extras.entrySet()) {
            put(zip, extra.getKey(), extra.getValue());
        }
    }

    private void put(ZipArchiveOutputStream zip, String name, ByteBuffer content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(root + "/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.remaining());
        entry.setTimeLocal(EPOCH);
        entry.setAlignment(ALIGNMENT);
        zip.putArchiveEntry(entry);
        zip.write(content.array(), content.arrayOffset() + content.position(), content.remaining());
        zip.closeArchiveEntry();
    }
}
