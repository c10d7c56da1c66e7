package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.integ.cluster.TestFolder;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** A data set for a test, with ratings. */
final class RatedFolder extends TestFolder {
    Path path() {
        return getRoot().toPath();
    }

    Optional<RatingSet> open() throws IOException {
        return RatingSet.open(path());
    }

    /** @param name of a file, without ending */
    void write(String name, String... lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path().resolve(name + ".jsonl.gz")))) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    static String rated(String user, String item, double rating, int second) {
        return event(user, item, second, ",\"rating\":" + rating);
    }

    static String viewed(String user, String item, int second) {
        return event(user, item, second, "");
    }

    private static String event(String user, String item, int second, String more) {
        String object = "\"object\":{\"object_id\":\"" + item + "\"}" + more;
        return "{\"user_id\":\"" + user + "\",\"timestamp\":\"2010-01-01T00:00:" + String.format("%02d", second)
            + "Z\",\"event_attributes\":{" + object + "}}";
    }
}
