package org.opensearch.affinity.tool;

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
 * Writes what {@code torch.jit.save} writes, for one module that holds tensors: a zip of stored
 * entries with the code as text, a pickle of the module, and one aligned entry per tensor. The same
 * module makes the same bytes.
 */
final class TorchScriptArchive {
    /** What libtorch maps into memory as it is must lie on a cache line. */
    static final int ALIGNMENT = 64;

    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** Types of tensor elements, with the name of the pickled storage class. */
    enum Type {
        FLOAT32("FloatStorage", Float.BYTES);

        final String storage;
        final int bytes;

        Type(String storage, int bytes) {
            this.storage = storage;
            this.bytes = bytes;
        }
    }

    /** @param bytes a heap buffer of little-endian values, row-major */
    record Tensor(Type type, ByteBuffer bytes, long... shape) {
        /** A float32 tensor of zeros, to be filled through {@link #floats}. */
        static Tensor zeros(int... shape) {
            long[] dimensions = new long[shape.length];
            int size = Float.BYTES;
            for (int i = 0; i < shape.length; i++) {
                dimensions[i] = shape[i];
                size = Math.multiplyExact(size, shape[i]);
            }
            return new Tensor(Type.FLOAT32, ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN), dimensions);
        }

        FloatBuffer floats() {
            return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        }

        int elements() {
            return bytes.remaining() / type.bytes;
        }
    }

    private final String root;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> extras = new LinkedHashMap<>();

    /** @param root name of the folder inside the zip; libtorch does not care which */
    TorchScriptArchive(String root) {
        this.root = root;
    }

    /** Adds an attribute to the module; null is {@code None}. */
    void put(String name, Tensor tensor) {
        if (tensors.containsKey(name)) {
            throw new IllegalArgumentException("tensor [" + name + "] is there twice");
        }
        tensors.put(name, tensor);
    }

    /** Adds an entry that libtorch does not read, a heap buffer. */
    void extra(String name, ByteBuffer content) {
        extras.put(name, content);
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * @param qualifiedName the module's class, {@code __torch__.} and its name
     * @param code          TorchScript text that defines the class
     */
    void write(Path file, String qualifiedName, String code) throws IOException {
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

    /** The same, for a small archive. */
    ByteBuffer bytes(String qualifiedName, String code) throws IOException {
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
