package org.opensearch.affinity.runtime;

import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a node's configuration says of the device. Fixed while the node runs.
 *
 * @param device    where models run
 * @param precision empty: the plugin chooses by the device
 * @param libtorch  the folder of a libtorch with CUDA; empty if the operator has none
 */
public record TorchSettings(DeviceChoice device, Optional<Precision> precision, Optional<Path> libtorch) {
    /** {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}. */
    public static final Setting<DeviceChoice> DEVICE = new Setting<>("affinity.device", "auto", DeviceChoice::parse, Property.NodeScope);

    /** {@code auto} or a {@link Precision}. */
    public static final Setting<Optional<Precision>> PRECISION = new Setting<>(
        "affinity.precision",
        Precision.AUTO,
        Precision::parse,
        Property.NodeScope
    );

    /** The folder of a libtorch with CUDA; the plugin brings one for the CPU only. */
    public static final Setting<String> LIBTORCH = Setting.simpleString("affinity.libtorch.path", Property.NodeScope);

    /** Nothing configured. */
    public static final TorchSettings DEFAULT = of(Settings.EMPTY);

    public static TorchSettings of(Settings settings) {
        String libtorch = LIBTORCH.get(settings);
        return new TorchSettings(
            DEVICE.get(settings),
            PRECISION.get(settings),
            libtorch.isBlank() ? Optional.empty() : Optional.of(PathUtils.get(libtorch).toAbsolutePath())
        );
    }

    /** What the plugin registers. */
    public static List<Setting<?>> all() {
        return List.of(DEVICE, PRECISION, LIBTORCH);
    }

    /**
     * @param kind  what the operator wants
     * @param index which GPU, from 0
     */
    public record DeviceChoice(Kind kind, int index) {
        /** AUTO: a GPU where there is one and a libtorch for it, else the CPU. */
        public enum Kind {
            AUTO,
            CPU,
            GPU
        }

        static DeviceChoice parse(String value) {
            return switch (value) {
                case "auto" -> new DeviceChoice(Kind.AUTO, 0);
                case "cpu" -> new DeviceChoice(Kind.CPU, 0);
                case "gpu" -> new DeviceChoice(Kind.GPU, 0);
                default -> {
                    if (value.matches("gpu:\\d{1,3}") == false) {
                        throw new IllegalArgumentException("unknown device [" + value + "]; one of [auto, cpu, gpu, gpu:N]");
                    }
                    yield new DeviceChoice(Kind.GPU, Integer.parseInt(value.substring("gpu:".length())));
                }
            };
        }
    }
}
