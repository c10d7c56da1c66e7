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
 * A libtorch on this machine and the JNI library that was built for it.
 *
 * @param folder  of libtorch's libraries
 * @param version of PyTorch; empty: that of the engine
 * @param flavor  what DJL calls the build: {@code cpu}, or {@code cu} and the version of CUDA
 * @param cache   where DJL looks for a JNI library that is not in the folder; empty: it is there
 */
record Libtorch(Path folder, String version, String flavor, Optional<Path> cache) {
    /** The versions of PyTorch that a JNI library exists for, with its flavour. */
    private static final Map<String, String> JNI = Map.of("2.7.1", "cu128", "2.5.1", "cu124");

    /** In libc10, the constructor of an error that takes a string of C++11's ABI. Wheels before 2.6 have the older ABI. */
    private static final String CXX11 = "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx11";

    /** {@code 2.7.1+cu128} in a C++ distribution's build-version, {@code __version__ = '2.7.1+cu128'} in a wheel's version.py. */
    private static final Pattern VERSION = Pattern.compile("\\b(\\d+\\.\\d+\\.\\d+)\\+(cu\\d+|cpu)\\b");

    /** The plugin's own, for the CPU. */
    static Libtorch shipped(Path natives) {
        return new Libtorch(natives, "", "cpu", Optional.empty());
    }

    /**
     * The operator's, with CUDA.
     *
     * @param path    the folder of a C++ distribution, of a wheel's {@code torch}, or of either's {@code lib}
     * @param natives the plugin's native code; its folder {@code cuda} has the layout of DJL's cache
     * @throws IllegalArgumentException naming what is missing or of the wrong version
     */
    static Libtorch cuda(Path path, Path natives) {
        Path folder = Files.exists(path.resolve("lib").resolve(library("torch_cuda"))) ? path.resolve("lib") : path;
        for (String name : List.of("torch_cuda", "torch_cpu", "c10_cuda")) {
            if (Files.exists(folder.resolve(library(name))) == false) {
                throw new IllegalArgumentException(
                    setting(path) + " holds no [" + library(name) + "]; it must be the folder of a libtorch built with CUDA"
                );
            }
        }
        Matcher version = version(path, folder);
        String wanted = JNI.get(version.group(1));
        if (version.group(2).equals(wanted) == false) {
            throw new IllegalArgumentException(
                setting(path) + " holds libtorch [" + version.group() + "]; supported are [2.7.1+cu128] and [2.5.1+cu124]"
            );
        }
        String flavor = hasOldStrings(path, folder) ? wanted + "-precxx11" : wanted;
        Path cache = natives.resolve("cuda");
        if (holdsJniLibrary(cache.resolve("pytorch"), version.group(1) + "-" + flavor) == false) {
            throw new IllegalArgumentException(
                setting(path) + " needs a JNI library of [" + flavor + "], which this build of the plugin lacks in [" + cache + "]"
            );
        }
        return new Libtorch(folder, version.group(1), flavor, Optional.of(cache.toAbsolutePath()));
    }

    /** The folder's name ends in the platform. DJL could tell which, but not from a thread of the node's class loader. */
    private static boolean holdsJniLibrary(Path cache, String build) {
        try (Stream<Path> builds = Files.list(cache)) {
            Pattern name = Pattern.compile(Pattern.quote(build) + "-[a-z]+-[a-z0-9_]+");
            return builds.anyMatch(folder -> name.matcher(folder.getFileName().toString()).matches());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the libraries pass strings as GCC did before C++11; a JNI library fits one way only. */
    private static boolean hasOldStrings(Path path, Path folder) {
        Path c10 = folder.resolve(library("c10"));
        try {
            return new String(Files.readAllBytes(c10), StandardCharsets.ISO_8859_1).contains(CXX11) == false;
        } catch (IOException e) {
            throw new IllegalArgumentException(setting(path) + ": cannot read [" + c10 + "]: " + e.getMessage(), e);
        } catch (SecurityException e) {
            throw forbidden(path, c10, e);
        }
    }

    /** A plugin that may read everywhere would be a hole for the sake of a version number. */
    private static IllegalArgumentException forbidden(Path path, Path file, SecurityException e) {
        return new IllegalArgumentException(
            setting(path) + ": the node may not read [" + file + "]; put libtorch below the node's configuration folder",
            e
        );
    }

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
                    throw forbidden(path, file, e);
                }
            }
        }
        throw new IllegalArgumentException(
            setting(path) + ": neither [build-version] nor [version.py] in it or above it says which libtorch with CUDA this is"
        );
    }

    private static String setting(Path path) {
        return "[" + TorchSettings.LIBTORCH.getKey() + "] [" + path + "]";
    }

    private static String library(String name) {
        return System.mapLibraryName(name);
    }
}
