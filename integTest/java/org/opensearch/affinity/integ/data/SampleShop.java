package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** The sample shop of this project: an invented catalogue and a simulated log of invented users. */
public final class SampleShop {
    private SampleShop() {}

    /** Writes the shop as a data set. Its log ends before the full hour of {@code now}. */
    public static DataSet write(Path folder, Instant now) throws IOException {
        List<JsonNode> items = read("catalogue");
        List<Person> people = people();
        Files.createDirectories(folder);
        write(folder.resolve("items.jsonl.gz"), items);
        write(folder.resolve("events.jsonl.gz"), new SimulatedLog(items).events(people, now.truncatedTo(ChronoUnit.HOURS)));
        return DataSet.open(folder);
    }

    /** The users of the log. */
    public static List<Person> people() throws IOException {
        return read("people").stream().map(Person::of).toList();
    }

    /** The titles of its items. */
    static List<String> titles() throws IOException {
        return read("catalogue").stream().map(item -> item.path("title").asText()).toList();
    }

    private static List<JsonNode> read(String name) throws IOException {
        String resource = "/sample/" + name + ".jsonl";
        try (InputStream in = SampleShop.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException(resource + " is not on the class path");
            }
            List<JsonNode> lines = new ArrayList<>();
            for (String line : new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList()) {
                lines.add(Rest.JSON.readTree(line));
            }
            return lines;
        }
    }

    private static void write(Path file, List<? extends JsonNode> lines) throws IOException {
        try (
            BufferedWriter out = new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)
            )
        ) {
            for (JsonNode line : lines) {
                out.write(line.toString());
                out.write('\n');
            }
        }
    }
}
