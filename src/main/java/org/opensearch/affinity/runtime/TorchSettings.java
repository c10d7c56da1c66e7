package org.opensearch.affinity.runtime;

import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The node settings of device, precision and libtorch. They cannot be changed while the node runs.
 *
 * @param device    the device that models run on
 * @param precision the precision that models compute in; empty if the plugin chooses by the device
 * @param libtorch  absolute path of a libtorch with CUDA; empty if none is configured
 */
public record TorchSettings(DeviceChoice device, Optional<Precision> precision, Optional<Path> libtorch) {
    /** {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}. */
    static final Setting<DeviceChoice> DEVICE = new Setting<>("affinity.device", "auto", DeviceChoice::parse, Property.NodeScope);

    /** {@code auto} or a {@link Precision}. */
    public static final Setting<Optional<Precision>> PRECISION = new Setting<>(
        "affinity.precision",
        Precision.AUTO,
        Precision::parse,
        Property.NodeScope
    );

    /** The folder of a libtorch with CUDA; blank for the plugin's own libtorch, which is for the CPU. */
    static final Setting<String> LIBTORCH = Setting.simpleString("affinity.libtorch.path", Property.NodeScope);

    public static final TorchSettings DEFAULT = of(Settings.EMPTY);

    /**
     * Reads the settings of a node.
     *
     * @throws IllegalArgumentException for an unknown device or precision, naming the known ones
     */
    public static TorchSettings of(Settings settings) {
        String libtorch = LIBTORCH.get(settings);
        return new TorchSettings(
            DEVICE.get(settings),
            PRECISION.get(settings),
            libtorch.isBlank() ? Optional.empty() : Optional.of(PathUtils.get(libtorch).toAbsolutePath())
        );
    }

    /** The settings that the plugin registers. */
    public static List<Setting<?>> all() {
        return List.of(DEVICE, PRECISION, LIBTORCH);
    }

    /**
     * A value of {@code affinity.device}.
     *
     * @param index number of the GPU, from 0; 0 for other kinds
     */
    public record DeviceChoice(Kind kind, int index) {
        /** The kinds of device. */
        public enum Kind {
            /** A GPU if there is one and a libtorch with CUDA is configured, else the CPU. */
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
                        throw new IllegalArgumentException("unknown device [" + value + "]; known: [auto, cpu, gpu, gpu:N]");
                    }
                    yield new DeviceChoice(Kind.GPU, Integer.parseInt(value.substring("gpu:".length())));
                }
            };
        }
    }
}
