package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;

/** Deploys models in ml-commons. */
public final class MlCommons {
    private static final Duration TIMEOUT = Duration.ofSeconds(180);
    private static final Set<String> FAILED = Set.of("FAILED", "COMPLETED_WITH_ERROR", "CANCELLED", "EXPIRED");

    private final Rest rest;

    public MlCommons(Rest rest) {
        this.rest = rest;
    }

    /**
     * Registers and deploys a sentence encoder.
     *
     * @param zip contains model.pt and tokenizer.json
     * @return the model's id, for pipelines
     */
    public String deploy(Path zip, int dimension) throws IOException {
        ObjectNode model = Rest.JSON.createObjectNode();
        model.put("name", "minilm").put("version", "1").put("model_format", "TORCH_SCRIPT").put("function_name", "TEXT_EMBEDDING");
        model.put("model_content_hash_value", sha256(zip)).put("url", zip.toUri().toString().replaceFirst("^file:/+", "file:///"));
        model.putObject("model_config")
            .put("model_type", "bert")
            .put("embedding_dimension", dimension)
            .put("framework_type", "sentence_transformers")
            .put("all_config", "{}");
        String id = await(rest.post("/_plugins/_ml/models/_register", model), "register").path("model_id").asText();
        await(rest.post("/_plugins/_ml/models/" + id + "/_deploy", null), "deploy");
        return id;
    }

    private JsonNode await(JsonNode started, String what) throws IOException {
        String task = started.path("task_id").asText();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TIMEOUT.toNanos()) {
            JsonNode state = rest.get("/_plugins/_ml/tasks/" + task);
            if (state.path("state").asText().equals("COMPLETED")) {
                return state;
            }
            if (FAILED.contains(state.path("state").asText())) {
                throw new IOException("ml-commons could not " + what + " the model: " + state.path("error").asText());
            }
            Pause.millis(250);
        }
        throw new IOException("ml-commons did not " + what + " the model within " + TIMEOUT.toSeconds() + " s");
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
