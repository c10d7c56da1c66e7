package org.opensearch.affinity.encode.pack;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A pack's module, made ready for a way to calculate. A pack holds float32 weights and, beside the code that
 * runs them, programs that adopt them in the layout of another arithmetic; so a pack is no larger for any of it.
 *
 * @param block     runs the model
 * @param precision what it calculates in: float32 where the pack cannot do what was asked for
 * @param layout    of its weights, for the log
 */
record LoadedModule(PtSymbolBlock block, Precision precision, String layout) {
    private static final Logger logger = LogManager.getLogger(LoadedModule.class);

    private static final String PLAIN = "plain";
    private static final String ONEDNN = "onednn";
    /** The numbers that TorchScript knows types by. */
    private static final Map<Precision, Long> TYPES = Map.of(Precision.F32, 6L, Precision.F16, 5L, Precision.BF16, 15L);

    /**
     * Every way in which this device can run the pack in one of the runtime's precisions, the most accurate and
     * plainest first. Which of them is fast depends on the processor. The modules share weights where they can.
     */
    static List<LoadedModule> load(TorchRuntime runtime, PtNDManager manager, ModelPack pack) throws IOException {
        PtSymbolBlock plain = runtime.module(manager, pack.model());
        List<String> methods = List.of(JniUtils.getMethodNames(plain));
        if (methods.contains("convert") == false || methods.contains("weights") == false) {
            if (runtime.precisions().contains(Precision.F32) == false) {
                logger.warn("[model] [{}] was not made by this plugin and runs in [f32], not in {}", pack.name(), runtime.precisions());
            }
            return List.of(new LoadedModule(plain, Precision.F32, PLAIN));
        }
        TorchRuntime.prepareThread();
        List<LoadedModule> modules = new ArrayList<>();
        for (Precision precision : runtime.precisions()) {
            if (precision == Precision.F32) {
                modules.add(new LoadedModule(plain, precision, PLAIN));
            }
            if (runtime.device().isGpu() == false) {
                program(runtime, manager, pack, plain, precision).ifPresent(modules::add);
            }
        }
        if (modules.isEmpty()) {
            Precision precision = runtime.precisions().getFirst();
            convert(plain, TYPES.get(precision));
            return List.of(new LoadedModule(plain, precision, PLAIN));
        }
        if (modules.getFirst().block != plain) {
            plain.close();
        }
        return modules;
    }

    /** Empty if there is no such program, or if this libtorch cannot run it. */
    private static Optional<LoadedModule> program(
        TorchRuntime runtime,
        PtNDManager manager,
        ModelPack pack,
        PtSymbolBlock plain,
        Precision precision
    ) throws IOException {
        String layout = switch (precision) {
            case F32, BF16 -> ONEDNN;
            case INT8 -> precision.toString();
            case F16 -> null;
        };
        if (layout == null) {
            return Optional.empty();
        }
        PtSymbolBlock program = read(runtime, manager, pack, layout);
        try {
            adopt(program, plain, TYPES.getOrDefault(precision, TYPES.get(Precision.F32)));
            return Optional.of(new LoadedModule(program, precision, layout));
        } catch (RuntimeException e) {
            program.close();
            if (precision == Precision.INT8) {
                throw e;
            }
            logger.info("[model] [{}]: this libtorch has no layout [{}] for [{}]: {}", pack.name(), layout, precision, e.getMessage());
            return Optional.empty();
        }
    }

    private static PtSymbolBlock read(TorchRuntime runtime, PtNDManager manager, ModelPack pack, String layout) throws IOException {
        String wanted = "/" + ModelPack.program(layout);
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

    private static void adopt(PtSymbolBlock program, PtSymbolBlock plain, long type) {
        try (
            IValue weights = IValueUtils.runMethod(plain, "weights");
            IValue argument = IValue.from(type);
            IValue count = IValueUtils.runMethod(program, "adopt", weights, argument)
        ) {
            assert count.toLong() > 0;
        }
    }

    private static void convert(PtSymbolBlock module, long type) {
        try (IValue argument = IValue.from(type); IValue result = IValueUtils.runMethod(module, "convert", argument)) {
            assert result.toLong() == type;
        }
    }
}
