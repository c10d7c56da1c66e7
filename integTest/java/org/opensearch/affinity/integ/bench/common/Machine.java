package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The machine of a measurement.
 *
 * @param cpu  the processor's name
 * @param amx  whether the processor has instructions for products of bfloat16 matrices
 * @param load average number of runnable processes in the minute before; below 0 when it is unknown
 * @param jdk  name and version of the JVM
 */
public record Machine(String cpu, int cores, boolean amx, double load, String jdk) {
    /** This machine. */
    public static Machine here() {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            lines = List.of();
        }
        return of(lines, Runtime.getRuntime().availableProcessors(), ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** @param cpuinfo lines of /proc/cpuinfo */
    static Machine of(List<String> cpuinfo, int cores, double load) {
        String cpu = value(cpuinfo, "model name", System.getProperty("os.arch"));
        boolean amx = List.of(value(cpuinfo, "flags", "").split(" ")).contains("amx_bf16");
        return new Machine(cpu, cores, amx, load, System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    }

    private static String value(List<String> cpuinfo, String key, String otherwise) {
        return cpuinfo.stream()
            .filter(line -> line.startsWith(key))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(otherwise);
    }

    public ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        return json.put("cpu", cpu).put("cores", cores).put("amx", amx).put("load_at_start", load).put("jdk", jdk);
    }

    @Override
    public String toString() {
        String with = amx ? "with" : "without";
        return String.format(Locale.ROOT, "%s, %d cores, %s AMX, load %.1f at the start, %s", cpu, cores, with, load, jdk);
    }
}
