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
 * Where figures go, and what they were taken on.
 *
 * @param target the build's folder
 */
public record ResultFiles(Path target, Machine machine) {
    public static ResultFiles here() {
        return new ResultFiles(BuiltPlugin.target(), Machine.here());
    }

    /** A file that says how it came about, and nothing else yet. */
    public ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("command", System.getProperty("affinity.command", "./bench"));
        json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        json.set("machine", machine.json());
        return json;
    }

    /** Writes it to {@code target/bench}, and returns where, for people. */
    public Path write(String name, JsonNode json) throws IOException {
        Path file = target.resolve("bench").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, Rest.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        return target.getParent().relativize(file);
    }
}
