package org.opensearch.affinity.encode;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A pack's module, made ready for a precision. A pack holds float32 weights and, beside the code that runs
 * them, programs that adopt them in the layout of another arithmetic; so a pack is no larger for any of it.
 *
 * @param block     runs the model
 * @param precision what it calculates in: float32 where the pack cannot do what was asked for
 */
record LoadedModule(PtSymbolBlock block, Precision precision) {
    private static final Logger logger = LogManager.getLogger(LoadedModule.class);

    /** The numbers that TorchScript knows types by. */
    private static final long FLOAT16 = 5;
    private static final long BFLOAT16 = 15;

    static LoadedModule load(TorchRuntime runtime, PtNDManager manager, ModelPack pack) throws IOException {
        PtSymbolBlock plain = runtime.module(manager, pack.model());
        Precision precision = runtime.precision();
        if (precision == Precision.F32) {
            return new LoadedModule(plain, precision);
        }
        List<String> methods = List.of(JniUtils.getMethodNames(plain));
        if (methods.contains("convert") == false || methods.contains("weights") == false) {
            logger.warn("[model] [{}] has no [{}]: it was not made by this plugin and runs in [f32]", pack.name(), precision);
            return new LoadedModule(plain, Precision.F32);
        }
        TorchRuntime.prepareThread();
        if (precision == Precision.F16 || runtime.device().isGpu()) {
            convert(plain, precision == Precision.F16 ? FLOAT16 : BFLOAT16);
            return new LoadedModule(plain, precision);
        }
        try {
            PtSymbolBlock program = program(runtime, manager, pack, precision);
            adopt(program, plain);
            plain.close();
            return new LoadedModule(program, precision);
        } catch (RuntimeException e) {
            if (precision == Precision.BF16) {
                logger.info("[model] [{}]: this libtorch has no oneDNN, bf16 runs without its layout: {}", pack.name(), e.getMessage());
                convert(plain, BFLOAT16);
                return new LoadedModule(plain, precision);
            }
            throw e;
        }
    }

    private static PtSymbolBlock program(TorchRuntime runtime, PtNDManager manager, ModelPack pack, Precision precision)
        throws IOException {
        String wanted = "/" + ModelPack.program(precision.toString());
        try (ZipFile archive = new ZipFile(pack.model().toFile())) {
            ZipEntry entry = archive.stream()
                .filter(e -> e.getName().endsWith(wanted))
                .findAny()
                .orElseThrow(() -> new IllegalStateException("[model] [" + pack.model() + "] has no entry [*" + wanted + "]"));
            try (InputStream in = archive.getInputStream(entry)) {
                return runtime.module(manager, "program [" + wanted + "] of [" + pack.model() + "]", in);
            }
        }
    }

    private static void adopt(PtSymbolBlock program, PtSymbolBlock plain) {
        try (IValue weights = IValueUtils.runMethod(plain, "weights"); IValue count = IValueUtils.runMethod(program, "adopt", weights)) {
            assert count.toLong() > 0;
        }
    }

    private static void convert(PtSymbolBlock module, long type) {
        try (IValue argument = IValue.from(type); IValue result = IValueUtils.runMethod(module, "convert", argument)) {
            assert result.toLong() == type;
        }
    }
}
