package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The conditions of an encoding benchmark, for its report.
 *
 * @param target  the build's folder
 * @param sample  the texts that all methods encode
 * @param threads number of threads of each method
 */
public record EncodeReport(Path target, Machine machine, Texts sample, int threads) {
    /** A new object with the conditions. */
    public ObjectNode json(int rounds) {
        ObjectNode json = new ResultFiles(target, machine).json();
        json.put("threads", threads).put("rounds", rounds);
        json.putObject("texts").put("origin", sample.origin()).put("count", sample.all().size()).put("sha256", digest());
        return json;
    }

    /** Writes a file in {@code target/bench} and returns its path relative to the project. */
    public Path write(String name, ObjectNode json) throws IOException {
        return new ResultFiles(target, machine).write(name, json);
    }

    private String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            sample.all().forEach(text -> digest.update((text + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
