package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Writes the results of a benchmark to files.
 *
 * @param target  the build's folder
 * @param machine that the results are of
 */
public record ResultFiles(Path target, Machine machine) {
    /** The results of this machine and this build. */
    public static ResultFiles here() {
        return new ResultFiles(BuiltPlugin.target(), Machine.here());
    }

    /** A new object with the command, the date and the machine. */
    public ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("command", System.getProperty("affinity.command", "./bench"));
        json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        json.set("machine", machine.json());
        return json;
    }

    /** Writes a file in {@code target/bench} and returns its path relative to the project. */
    public Path write(String name, JsonNode json) throws IOException {
        Path file = target.resolve("bench").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, Rest.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        return target.getParent().relativize(file);
    }
}
