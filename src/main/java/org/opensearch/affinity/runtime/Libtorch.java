package org.opensearch.affinity.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A libtorch on this machine, with the JNI library that was built for it.
 *
 * @param folder  folder of libtorch's libraries
 * @param version version of PyTorch; empty for that of DJL's engine
 * @param flavor  DJL's name of the build: {@code cpu}, or {@code cu} followed by the version of CUDA
 * @param cache   folder in which DJL looks for the JNI library; empty if it lies beside libtorch
 */
record Libtorch(Path folder, String version, String flavor, Optional<Path> cache) {
    /** The flavours for which this plugin has a JNI library, by version of PyTorch. */
    private static final Map<String, String> CUDA_FLAVORS = Map.of("2.7.1", "cu128", "2.5.1", "cu124");

    /** Start of the mangled name, in libc10, of an error's constructor that takes a C++11 string. Wheels before 2.6 use the older ABI. */
    private static final String CXX11_SYMBOL = "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx11";

    /** Matches {@code 2.7.1+cu128} in the build-version of a C++ distribution and in the {@code __version__} of a wheel's version.py. */
    private static final Pattern VERSION = Pattern.compile("\\b(\\d+\\.\\d+\\.\\d+)\\+(cu\\d+|cpu)\\b");

    /** The libtorch that the plugin brings, for the CPU. */
    static Libtorch shipped(Path natives) {
        return new Libtorch(natives, "", "cpu", Optional.empty());
    }

    /**
     * The libtorch with CUDA that the operator installed.
     *
     * @param path    the folder of a C++ distribution, the {@code torch} folder of a wheel, or the {@code lib} folder in either
     * @param natives the plugin's folder of native code; its folder {@code cuda} has the layout of DJL's cache
     * @throws IllegalArgumentException naming the setting and what is missing, unreadable or of an unsupported version
     */
    static Libtorch cuda(Path path, Path natives) {
        Path folder = Files.exists(path.resolve("lib").resolve(library("torch_cuda"))) ? path.resolve("lib") : path;
        for (String name : List.of("torch_cuda", "torch_cpu", "c10_cuda")) {
            if (Files.exists(folder.resolve(library(name))) == false) {
                throw new IllegalArgumentException(
                    setting(path) + " does not contain [" + library(name) + "]; it must be the folder of a libtorch built with CUDA"
                );
            }
        }
        Matcher version = version(path, folder);
        String supported = CUDA_FLAVORS.get(version.group(1));
        if (version.group(2).equals(supported) == false) {
            throw new IllegalArgumentException(
                setting(path) + " holds libtorch [" + version.group() + "]; supported are [2.7.1+cu128] and [2.5.1+cu124]"
            );
        }
        String flavor = usesOldStringAbi(path, folder) ? supported + "-precxx11" : supported;
        Path cache = natives.resolve("cuda");
        if (holdsJniLibrary(cache.resolve("pytorch"), version.group(1) + "-" + flavor) == false) {
            throw new IllegalArgumentException(
                setting(path) + " needs a JNI library for [" + flavor + "], which this build of the plugin lacks in [" + cache + "]"
            );
        }
        return new Libtorch(folder, version.group(1), flavor, Optional.of(cache.toAbsolutePath()));
    }

    /**
     * Whether the cache has the JNI library of a build, for any platform. The folder's name ends in the platform; DJL's own look-up of
     * the platform needs the plugin's class loader, which this thread may not have.
     */
    private static boolean holdsJniLibrary(Path cache, String build) {
        try (Stream<Path> builds = Files.list(cache)) {
            Pattern name = Pattern.compile(Pattern.quote(build) + "-[a-z]+-[a-z0-9_]+");
            return builds.anyMatch(folder -> name.matcher(folder.getFileName().toString()).matches());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the libraries use the string ABI of GCC before C++11. A JNI library fits one of the two only. */
    private static boolean usesOldStringAbi(Path path, Path folder) {
        Path c10 = folder.resolve(library("c10"));
        try {
            return new String(Files.readAllBytes(c10), StandardCharsets.ISO_8859_1).contains(CXX11_SYMBOL) == false;
        } catch (IOException e) {
            throw new IllegalArgumentException(setting(path) + ": cannot read [" + c10 + "]: " + e.getMessage(), e);
        } catch (SecurityException e) {
            throw notPermitted(path, c10, e);
        }
    }

    /** The plugin deliberately has no permission to read files outside the node's folders. */
    private static IllegalArgumentException notPermitted(Path path, Path file, SecurityException e) {
        return new IllegalArgumentException(
            setting(path) + ": no permission to read [" + file + "]; libtorch must lie below the node's configuration folder",
            e
        );
    }

    /** The match of {@link #VERSION} in the first file that has one. */
    private static Matcher version(Path path, Path folder) {
        Path parent = folder.toAbsolutePath().getParent();
        for (Path file : List.of(
            folder.resolve("build-version"),
            parent.resolve("build-version"),
            folder.resolve("version.py"),
            parent.resolve("version.py")
        )) {
            if (Files.isRegularFile(file)) {
                try {
                    Matcher matcher = VERSION.matcher(Files.readString(file));
                    if (matcher.find()) {
                        return matcher;
                    }
                } catch (IOException e) {
                    throw new IllegalArgumentException(setting(path) + ": cannot read [" + file + "]: " + e.getMessage(), e);
                } catch (SecurityException e) {
                    throw notPermitted(path, file, e);
                }
            }
        }
        throw new IllegalArgumentException(
            setting(path) + ": neither [build-version] nor [version.py] in it or in its parent has a version such as [2.7.1+cu128]"
        );
    }

    private static String setting(Path path) {
        return "[" + TorchSettings.LIBTORCH.getKey() + "] [" + path + "]";
    }

    private static String library(String name) {
        return System.mapLibraryName(name);
    }
}
