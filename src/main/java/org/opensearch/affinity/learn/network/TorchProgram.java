package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Methods in TorchScript, without weights: all tensors are arguments. Thread-safe, except that {@link #close} must come after the
 * last call.
 */
final class TorchProgram implements AutoCloseable {
    /** Name of the class, for the type of {@code self}. */
    static final String CLASS = "__torch__.Network";
    /** In Python's pickle protocol 2: an instance of the class with the state {@code {"training": False}}. */
    private static final byte[] INSTANCE = ("\u0080\u0002c__torch__\nNetwork\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0089ub.")
        .getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] EMPTY_TUPLE = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

    private final PtSymbolBlock module;

    /**
     * @param manager on whose device the methods run; the program must be closed before it
     * @param methods in TorchScript, each indented by two spaces; all arguments are lists of tensors
     */
    TorchProgram(PtNDManager manager, String methods) {
        String code = "class Network(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n" + methods;
        try {
            module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive(code)), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns an archive in the format of {@code torch.jit.save}. */
    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", INSTANCE);
            put(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", EMPTY_TUPLE);
            put(zip, "version", "10\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("network/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /**
     * Calls a method.
     *
     * @param scope     owns the results
     * @param gradients whether the method computes gradients
     * @param arguments one list of tensors for each argument of the method
     * @return the tensor that the method returned, or the tensors of a tuple or a list
     */
    NDList call(NDManager scope, String method, boolean gradients, List<? extends List<NDArray>> arguments) {
        NDList inputs = new NDList();
        // DJL takes the name of the method from the name of an array, and gives the results to the first array's manager.
        NDArray name = scope.create(0f);
        name.setName("module_method:" + method);
        inputs.add(name);
        for (int i = 0; i < arguments.size(); i++) {
            for (NDArray array : arguments.get(i)) {
                array.setName("a" + i + "[]");
                inputs.add(array);
            }
        }
        boolean before = JniUtils.isGradMode();
        // Of this thread only.
        JniUtils.setGradMode(gradients);
        try {
            return IValueUtils.forward(module, inputs, gradients);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
