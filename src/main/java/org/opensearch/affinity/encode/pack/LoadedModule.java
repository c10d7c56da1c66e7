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
 * The module of a pack, loaded in one precision and layout of weights. A pack holds its weights once, in float32, with a module that
 * runs them. Its archive also has programs: modules without weights, which adopt the weights in the layout of another arithmetic.
 *
 * @param block     the module, which runs the model
 * @param precision that it computes in: float32 where the pack does not support the configured one
 * @param layout    name of the layout of the weights, for the log
 */
record LoadedModule(PtSymbolBlock block, Precision precision, String layout) {
    private static final Logger LOGGER = LogManager.getLogger(LoadedModule.class);

    private static final String PLAIN = "plain";
    private static final String ONEDNN = "onednn";
    /** TorchScript's numbers of the types. */
    private static final Map<Precision, Long> TYPES = Map.of(Precision.F32, 6L, Precision.F16, 5L, Precision.BF16, 15L);

    /**
     * Loads all variants in which this device can run the pack in one of the runtime's precisions, the most accurate first and of equal
     * precision the plain one first. Which variant is the fastest depends on the processor. Variants share weights where possible.
     */
    static List<LoadedModule> load(TorchRuntime runtime, PtNDManager manager, ModelPack pack) throws IOException {
        PtSymbolBlock plain = runtime.loadModule(manager, pack.model());
        List<String> methods = List.of(JniUtils.getMethodNames(plain));
        if (methods.contains("convert") == false || methods.contains("weights") == false) {
            if (runtime.precisions().contains(Precision.F32) == false) {
                LOGGER.warn("[model] [{}] was not built by this plugin and runs in [f32], not in {}", pack.name(), runtime.precisions());
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

    /** The variant of a precision that a program runs; empty if there is no such program or this libtorch cannot run it. */
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
            LOGGER.info("[model] [{}]: libtorch does not support layout [{}] in [{}]: {}", pack.name(), layout, precision, e.getMessage());
            return Optional.empty();
        }
    }

    private static PtSymbolBlock read(TorchRuntime runtime, PtNDManager manager, ModelPack pack, String layout) throws IOException {
        String entryName = "/" + ModelPack.program(layout);
        try (ZipFile archive = new ZipFile(pack.model().toFile())) {
            ZipEntry entry = archive.stream()
                .filter(e -> e.getName().endsWith(entryName))
                .findAny()
                .orElseThrow(() -> new IllegalStateException("[model] [" + pack.model() + "] has no entry [*" + entryName + "]"));
            try (InputStream in = archive.getInputStream(entry)) {
                return runtime.loadModule(manager, "program [" + entryName + "] of [" + pack.model() + "]", in);
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
