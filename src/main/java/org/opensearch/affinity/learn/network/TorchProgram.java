package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import org.opensearch.affinity.learn.torchscript.TorchScriptArchive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Methods in TorchScript, without weights: all tensors are arguments. Thread-safe, except that {@link #close} must come after the
 * last call.
 */
final class TorchProgram implements AutoCloseable {
    /** Name of the class, for the type of {@code self}. */
    static final String CLASS = "__torch__.Network";
    private final PtSymbolBlock module;

    /**
     * @param manager on whose device the methods run; the program must be closed before it
     * @param methods in TorchScript, each indented by two spaces; all arguments are lists of tensors
     */
    TorchProgram(PtNDManager manager, String methods) {
        String code = "class Network(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n" + methods;
        try {
            ByteBuffer archive = new TorchScriptArchive("network").bytes(CLASS, code);
            InputStream in = new ByteArrayInputStream(archive.array(), archive.arrayOffset() + archive.position(), archive.remaining());
            module = JniUtils.loadModule(manager, in, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
