package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Machine;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.HeldOutRatings.Rating;
import org.opensearch.affinity.learn.rating.HeldOutRatings;
import org.opensearch.affinity.learn.rating.RatingError;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.learn.rating.RatingModel;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.bootstrap.BootstrapForTesting;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class RatingRunTests {
    static {
        // OpenSearch must look for JNA before libtorch does: it recognises the first failure only.
        BootstrapForTesting.ensureInitialized();
    }

    @Rule
    public final RatedFolder folder = new RatedFolder();

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 100);

    /** Writes ratings of two groups of users, each of which likes one half of ten items; all users have about the same mean. */
    private void writeTwoGroups() throws IOException {
        Random random = new Random(5);
        List<String> events = new ArrayList<>();
        for (int user = 0; user < 60; user++) {
            for (int item = 0; item < 10; item++) {
                boolean likes = item % 2 == user % 2;
                events.add(RatedFolder.rated("u" + user, "i" + item, (likes ? 4 : 2) + random.nextInt(2), random.nextInt(60)));
            }
        }
        folder.write("items", "{\"item_id\":\"i0\"}", "{\"item_id\":\"i1\"}", "{\"item_id\":\"i2\"}");
        folder.write("events-train", events.toArray(String[]::new));
    }

    private JsonNode written() throws IOException {
        LearnBench bench = new LearnBench(screen);
        bench.folder = folder.path();
        bench.threads = 2;
        bench.methods = Set.of("cosine", "neighbours");
        Path target = folder.newFolder().toPath();
        bench.run(new ResultFiles(target, Machine.here()));
        return Rest.JSON.readTree(target.resolve("bench/learn-" + folder.path().getFileName() + ".json").toFile());
    }

    @Test
    public void setsWithRatingsOnly() throws IOException {
        writeTwoGroups();
        JsonNode json = written();
        assertFalse("there are no queries", json.has("methods"));
        JsonNode ratings = json.path("ratings");
        assertEquals("newest", ratings.path("split").asText());
        assertEquals(60, ratings.path("test").asInt());
        assertEquals(480, ratings.path("train").asInt());
        Set<String> keys = Set.of("mean", "biases", "rating_factors");
        assertEquals(keys, names(ratings.path("methods")));
        assertEquals(keys, names(ratings.path("intervals_95")));
        ratings.path("methods").forEach(row -> assertEquals(Set.of("rmse", "mae", "seconds", "mb"), names(row)));
        double biases = ratings.path("methods").path("biases").path("rmse").asDouble();
        double factors = ratings.path("methods").path("rating_factors").path("rmse").asDouble();
        assertTrue(factors + " for vectors, " + biases + " for biases", factors < 0.8 && biases > 1);
        assertTrue("significantly", ratings.path("rating_factors_above_biases").path("squared_error").path("high").asDouble() < 0);
        assertThat(shown.toString(StandardCharsets.UTF_8), containsString("│ rating_factors "));
    }

    @Test
    public void hyperparametersAreChosenOnValidation() throws IOException {
        writeTwoGroups();
        HeldOutRatings valid = folder.open().orElseThrow().valid();
        RatingModel model = RatingFactors.standard().learn(valid.known(), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        double standard = RatingError.rmse(valid.predicted(model), valid.given());
        double chosen = written().path("ratings").path("valid_rmse").path("rating_factors").asDouble();
        assertTrue(chosen + ", and " + standard + " with the defaults", chosen > 0 && chosen < standard);
    }

    @Test
    public void setsWithQueriesAndRatings() throws IOException {
        writeTwoGroups();
        String query = "{\"query_id\":\"q\",\"user_id\":\"u0\",\"user_query\":\"x\",\"relevant\":[\"i0\"]}";
        folder.write("queries-valid", query);
        folder.write("queries-test", query);
        JsonNode json = written();
        assertTrue(json.path("methods").has("neighbours"));
        assertTrue(json.path("ratings").path("methods").has("biases"));
    }

    @Test
    public void setsWithoutRatings() throws IOException {
        folder.write("items", "{\"item_id\":\"a\"}", "{\"item_id\":\"b\"}");
        folder.write("events-train", RatedFolder.viewed("u", "a", 1), RatedFolder.viewed("v", "b", 1));
        folder.write("queries-valid", "{\"query_id\":\"q\",\"user_id\":\"u\",\"user_query\":\"x\",\"relevant\":[\"b\"]}");
        folder.write("queries-test", "{\"query_id\":\"q\",\"user_id\":\"u\",\"user_query\":\"x\",\"relevant\":[\"b\"]}");
        JsonNode json = written();
        assertTrue(json.path("methods").has("neighbours"));
        assertFalse(json.has("ratings"));
        assertThat(shown.toString(StandardCharsets.UTF_8), not(containsString("rmse")));
        Files.delete(folder.path().resolve("queries-test.jsonl.gz"));
        assertThat(assertThrows(IOException.class, this::written).getMessage(), containsString("has no queries-test.jsonl.gz"));
    }

    @Test
    public void errorsByHand() {
        List<Rating> asked = List.of(new Rating(0, 0, 3), new Rating(0, 1, 5), new Rating(1, 0, 2));
        HeldOutRatings heldOut = new HeldOutRatings(new Ratings.Builder(2).build(), asked);
        RatingResult one = new RatingResult("one", "", 1, heldOut, new double[] { 4, 3, 2 }, 0, 0);
        RatingResult other = new RatingResult("other", "", 1, heldOut, new double[] { 3, 5, 5 }, 0, 0);
        assertEquals(RatingError.rmse(one.ratings(), heldOut.given()), one.rmse().value(), 0);
        assertEquals(RatingError.mae(one.ratings(), heldOut.given()), one.mae().value(), 1e-12);
        // A bootstrap sample may have the first user twice, with squared errors 1 and 4, or the second one twice, with 0.
        assertEquals(new Interval(Math.sqrt(5.0 / 3), 0, Math.sqrt(2.5)), one.rmse());
        assertEquals((1 + 4 - 9) / 3.0, one.squaredErrorDifference(other).value(), 1e-12);
        assertEquals((1 + 2 - 3) / 3.0, one.absoluteErrorDifference(other).value(), 1e-12);
    }

    private static Set<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }
}
