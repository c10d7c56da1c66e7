package org.opensearch.affinity.learn.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes Python's pickle protocol 2, with the opcodes that a TorchScript module with tensors needs. A tensor is pickled as a call of
 * {@code torch._utils._rebuild_tensor_v2} with a storage, which is an entry of the archive named by a number. An instance writes one
 * pickle.
 */
final class Pickle {
    private static final int MARK = '(';
    private static final int TUPLE = 't';
    private static final int EMPTY_TUPLE = ')';
    private static final int EMPTY_DICT = '}';
    private static final int SET_ITEMS = 'u';
    private static final int BUILD = 'b';
    private static final int REDUCE = 'R';
    private static final int PERSISTENT_ID = 'Q';
    private static final int GLOBAL = 'c';
    private static final int NEW_OBJECT = 0x81;
    private static final int FALSE = 0x89;
    private static final int NONE = 'N';
    private static final int BYTE = 'K';
    private static final int INT = 'J';
    private static final int UNICODE = 'X';
    private static final int STOP = '.';

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
        out.write(0x80);
        out.write(2);
    }

    /** The pickle of an empty tuple. */
    ByteBuffer emptyTuple() {
        out.write(EMPTY_TUPLE);
        return end();
    }

    /**
     * The pickle of an instance of a class. Its state is {@code training = False} and the tensors.
     *
     * @param tensors by name of the attribute; null for None. Their storages are numbered in this order
     */
    ByteBuffer module(String qualifiedName, Map<String, TorchScriptArchive.Tensor> tensors) {
        int dot = qualifiedName.lastIndexOf('.');
        global(qualifiedName.substring(0, dot), qualifiedName.substring(dot + 1));
        out.write(EMPTY_TUPLE);
        out.write(NEW_OBJECT);
        out.write(EMPTY_DICT);
        out.write(MARK);
        string("training");
        out.write(FALSE);
        int key = 0;
        for (Map.Entry<String, TorchScriptArchive.Tensor> entry : tensors.entrySet()) {
            string(entry.getKey());
            if (entry.getValue() == null) {
                out.write(NONE);
            } else {
                tensor(key++, entry.getValue());
            }
        }
        out.write(SET_ITEMS);
        out.write(BUILD);
        return end();
    }

    /** Writes {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)}. */
    private void tensor(int key, TorchScriptArchive.Tensor tensor) {
        global("torch._utils", "_rebuild_tensor_v2");
        out.write(MARK);
        storage(key, tensor);
        integer(0);
        integers(tensor.shape());
        integers(strides(tensor.shape()));
        out.write(FALSE);
        global("collections", "OrderedDict");
        out.write(EMPTY_TUPLE);
        out.write(REDUCE);
        out.write(TUPLE);
        out.write(REDUCE);
    }

    private void storage(int key, TorchScriptArchive.Tensor tensor) {
        out.write(MARK);
        string("storage");
        global("torch", tensor.type().storage);
        string(Integer.toString(key));
        string("cpu");
        integer(tensor.elements());
        out.write(TUPLE);
        out.write(PERSISTENT_ID);
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= shape[i];
        }
        return strides;
    }

    private void integers(long[] values) {
        out.write(MARK);
        for (long value : values) {
            integer(Math.toIntExact(value));
        }
        out.write(TUPLE);
    }

    private void integer(int value) {
        if (value >= 0 && value < 256) {
            out.write(BYTE);
            out.write(value);
        } else {
            out.write(INT);
            littleEndian(value);
        }
    }

    private void string(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.write(UNICODE);
        littleEndian(bytes.length);
        out.writeBytes(bytes);
    }

    private void global(String module, String name) {
        out.write(GLOBAL);
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void littleEndian(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    private ByteBuffer end() {
        out.write(STOP);
        return ByteBuffer.wrap(out.toByteArray());
    }
}
