package org.opensearch.affinity.runtime;

import ai.djl.util.Platform;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.runtime.TorchSettings.DeviceChoice;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.Settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

/** The choice of device and libtorch by the settings. No GPU is needed or used. */
public class TorchRuntimeTests extends EncodeTestCase {
    public void testCpuByDefault() throws Exception {
        assertFalse(runtime(Settings.EMPTY, 4).device().isGpu());
        assertFalse(runtime(settings("cpu", cuda("2.7.1+cu128")), 4).device().isGpu());
        runtime(Settings.EMPTY, 0).verifyDevice();
    }

    public void testAutoNeedsGpuAndLibtorchWithCuda() throws Exception {
        TorchRuntime runtime = runtime(settings("auto", cuda("2.7.1+cu128")), 2);
        assertTrue(runtime.device().isGpu());
        assertEquals(0, runtime.device().getDeviceId());
        assertEquals(List.of(Precision.F16), runtime.precisions());
        assertFalse(runtime(settings("auto", cuda("2.7.1+cu128")), 0).device().isGpu());
    }

    public void testGpuByNumber() throws Exception {
        assertEquals(1, runtime(settings("gpu:1", cuda("2.7.1+cu128")), 2).device().getDeviceId());
        assertThat(
            refused(settings("gpu:2", cuda("2.7.1+cu128")), 2),
            containsString("[affinity.device] is [gpu:2], but this process sees [2] NVIDIA GPUs")
        );
    }

    public void testGpuOnANodeWithoutGpuOrLibtorch() throws Exception {
        assertThat(refused(settings("gpu", cuda("2.7.1+cu128")), 0), containsString("sees [0] NVIDIA GPUs"));
        Settings noLibtorch = Settings.builder().put("affinity.device", "gpu").build();
        assertThat(refused(noLibtorch, 1), containsString("needs [affinity.libtorch.path]"));
    }

    public void testInt8RunsOnTheCpuOnly() throws Exception {
        Settings int8 = Settings.builder().put(settings("gpu", cuda("2.7.1+cu128"))).put("affinity.precision", "int8").build();
        assertThat(refused(int8, 1), containsString("[affinity.precision] is [int8], which runs on the CPU only"));
    }

    public void testLibtorchOfAnotherVersion() throws Exception {
        assertThat(refused(settings("gpu", cuda("2.6.0+cu128")), 1), containsString("holds libtorch [2.6.0+cu128]; supported are"));
        assertThat(refused(settings("gpu", cuda("2.7.1+cu126")), 1), containsString("holds libtorch [2.7.1+cu126]"));
        assertThat(refused(settings("gpu", cuda("nightly")), 1), containsString("neither [build-version] nor [version.py]"));
        // The folder of native code that this test makes has the JNI library for cu128 only.
        assertThat(refused(settings("gpu", cuda("2.5.1+cu124")), 1), allOf(containsString("[cu124]"), containsString("lacks")));
        assertThat(refused(settings("gpu", createTempDir()), 1), containsString("built with CUDA"));
    }

    public void testWheel() throws Exception {
        Path torch = createTempDir();
        libraries(Files.createDirectory(torch.resolve("lib")));
        Files.writeString(torch.resolve("version.py"), "__version__ = '2.7.1+cu128'\ndebug = False\n");
        Path path = randomBoolean() ? torch : torch.resolve("lib");
        Libtorch libtorch = Libtorch.cuda(path, natives());
        assertEquals(torch.resolve("lib"), libtorch.folder());
        assertEquals("2.7.1", libtorch.version());
    }

    public void testBuiltPluginHasTheJniLibraries() throws Exception {
        assumeTrue("published for this platform only", Platform.detectPlatform("pytorch").getClassifier().equals("linux-x86_64"));
        for (String version : new String[] { "2.7.1+cu128", "2.5.1+cu124" }) {
            assertJniLibrary(Libtorch.cuda(cuda(version), folder("affinity.native")), version.replace('+', '-'));
        }
        Path wheel = cuda("2.5.1+cu124");
        Files.writeString(wheel.resolve("lib").resolve(System.mapLibraryName("c10")), "_ZN3c105ErrorC2ENS_14SourceLocationESs");
        assertJniLibrary(Libtorch.cuda(wheel, folder("affinity.native")), "2.5.1-cu124-precxx11");
    }

    /** Asserts that the JNI library of a build lies where DJL looks for it. */
    private static void assertJniLibrary(Libtorch libtorch, String build) {
        assertEquals(build, libtorch.version() + "-" + libtorch.flavor());
        String library = Platform.detectPlatform("pytorch").getApiVersion() + "-" + System.mapLibraryName("djl_torch");
        Path folder = libtorch.cache().orElseThrow().resolve("pytorch").resolve(build + "-linux-x86_64");
        assertTrue(Files.isRegularFile(folder.resolve(library)));
    }

    /** The plugin's own libtorch is built like the C++ distributions, with the C++11 string ABI. */
    public void testStringAbiOfARealLibrary() throws Exception {
        assumeTrue("other platforms have one ABI", Platform.detectPlatform("pytorch").getClassifier().startsWith("linux"));
        Path real = cuda("2.7.1+cu128");
        Path c10 = PathUtils.get("lib", System.mapLibraryName("c10"));
        Files.copy(folder("affinity.native").resolve(c10.getFileName()), real.resolve(c10), StandardCopyOption.REPLACE_EXISTING);
        assertEquals("cu128", Libtorch.cuda(real, natives()).flavor());
    }

    public void testDevices() {
        assertEquals(new DeviceChoice(DeviceChoice.Kind.GPU, 12), DeviceChoice.parse("gpu:12"));
        for (String wrong : new String[] { "", "cuda", "gpu:", "gpu:-1", "gpu:x", "GPU" }) {
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> DeviceChoice.parse(wrong));
            assertThat(e.getMessage(), containsString("unknown device [" + wrong + "]; known: [auto, cpu, gpu, gpu:N]"));
        }
    }

    private static String refused(Settings settings, int gpus) {
        return expectThrows(IllegalArgumentException.class, () -> runtime(settings, gpus)).getMessage();
    }

    private static TorchRuntime runtime(Settings settings, int gpus) throws IOException {
        Path root = createTempDir();
        Path devices = Files.createDirectory(root.resolve("dev"));
        Files.createFile(devices.resolve("nvidiactl"));
        Files.createFile(devices.resolve("nvidia-uvm"));
        for (int i = 0; i < gpus; i++) {
            Files.createFile(devices.resolve("nvidia" + i));
        }
        return new TorchRuntime(natives(), 1, TorchSettings.of(settings), new Hardware(root));
    }

    private static Settings settings(String device, Path libtorch) {
        return Settings.builder().put("affinity.device", device).put("affinity.libtorch.path", libtorch.toString()).build();
    }

    /** A stand-in for the plugin's folder of native code, with a JNI library for 2.7.1+cu128. */
    private static Path natives() throws IOException {
        Path natives = createTempDir();
        String jni = "cuda/pytorch/2.7.1-cu128-" + Platform.detectPlatform("pytorch").getClassifier();
        Files.createFile(Files.createDirectories(natives.resolve(jni)).resolve("0.0.0-" + System.mapLibraryName("djl_torch")));
        return natives;
    }

    /** A stand-in for a C++ distribution of libtorch, with the libraries that are looked at and a version. */
    private static Path cuda(String version) throws IOException {
        Path folder = createTempDir();
        libraries(Files.createDirectory(folder.resolve("lib")));
        Files.writeString(folder.resolve("build-version"), version + "\n");
        return folder;
    }

    private static void libraries(Path lib) throws IOException {
        for (String name : new String[] { "torch_cuda", "torch_cpu", "c10_cuda" }) {
            Files.createFile(lib.resolve(System.mapLibraryName(name)));
        }
        Files.writeString(lib.resolve(System.mapLibraryName("c10")), "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_string");
    }
}
