package org.opensearch.affinity.integ.docs;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An answer as the docs show it: a part of what the last call of an example answered. Members of objects and the last elements of lists
 * may be left out, and decimals are rounded.
 *
 * @param calls the last of which was answered
 * @param shown the answer, as JSON
 */
record SampleAnswer(Docs.Example calls, Docs.Example shown) {
    /** Members that differ from run to run: of their values only the kind is compared. */
    private static final Set<String> VARYING = Set.of("took", "trained", "seconds", "forgotten_at", "weight_now", "bytes");
    private static final double ROUNDED = 0.01;

    /** What the docs show and the real answer does not say, as paths and both values; empty if all of it is real. */
    List<String> differences(JsonNode answer) throws IOException {
        List<String> differences = new ArrayList<>();
        compare("", Rest.JSON.readTree(shown.text()), answer, false, differences);
        return differences;
    }

    private static void compare(String path, JsonNode shown, JsonNode answer, boolean varies, List<String> differences) {
        if (shown.isObject() && answer.isObject()) {
            shown.properties().forEach(member -> {
                String name = member.getKey();
                compare(path + "." + name, member.getValue(), answer.path(name), varies || VARYING.contains(name), differences);
            });
        } else if (shown.isArray() && answer.isArray() && shown.size() <= answer.size()) {
            for (int i = 0; i < shown.size(); i++) {
                compare(path + "[" + i + "]", shown.get(i), answer.get(i), varies, differences);
            }
        } else if (isSame(shown, answer, varies) == false) {
            differences.add(path + ": shown [" + shown + "], answered [" + answer + "]");
        }
    }

    private static boolean isSame(JsonNode shown, JsonNode answer, boolean varies) {
        if (varies) {
            return shown.getNodeType() == answer.getNodeType();
        }
        if (shown.isNumber() && answer.isNumber()) {
            boolean whole = shown.isIntegralNumber() && answer.isIntegralNumber();
            double allowed = whole ? 0 : ROUNDED * Math.max(1, Math.abs(answer.asDouble()));
            return Math.abs(shown.asDouble() - answer.asDouble()) <= allowed;
        }
        return shown.equals(answer);
    }
}
