package org.opensearch.affinity.integ.docs;

import org.junit.BeforeClass;
import org.junit.Test;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/**
 * The docs hold no example that nobody runs: {@link ReadmeIT} runs blocks of calls, and whatever else looks like a piece of a
 * request must stand in such a block.
 */
public class DocsTests {
    /**
     * Commands that ReadmeIT cannot run. The first three build the plugin, which is what runs the tests, or take minutes to
     * hours on a quiet machine; as the last one says it, OpenSearchHome installs the plugin for every IT.
     */
    private static final Set<String> NOT_RUN = Set.of("./demo", "mvn", "./bench", "bin/opensearch-plugin");

    /** Sections of which every table explains what a request may say. */
    private static final Set<String> REFERENCE = Set.of("Searching", "Retrieval", "Reference", "Evaluation", "Trained models");
    private static final Pattern SETTING = Pattern.compile("(affinity|thread_pool|breaker)\\.\\S+");
    /** It needs a libtorch with CUDA. */
    private static final String NOT_SET = "affinity.libtorch.path";

    private static final Pattern CALL = Pattern.compile("(GET|PUT|POST|DELETE) …?/?(\\S+)");

    private static Docs docs;
    private static String run;

    @BeforeClass
    public static void read() throws IOException {
        docs = Docs.read();
        Stream<Docs.Example> examples = docs.examples().stream().filter(example -> example.calls() || example.configures());
        run = examples.map(Docs.Example::text).collect(Collectors.joining("\n", "\n", "\n"));
    }

    @Test
    public void everyBlockIsRun() {
        for (Docs.Example example : docs.examples()) {
            boolean runs = example.calls() || example.configures() || example.importsModel();
            // OwnModuleTests loads a module with it.
            boolean manifest = example.language().equals("json") && example.section().equals("Own models");
            boolean drawing = example.language().isEmpty() && example.section().equals("How the parts fit");
            boolean known = example.language().equals("sh") && example.text().lines().allMatch(line -> NOT_RUN.contains(line.split(" ")[0]));
            assertTrue("no test runs this example of [" + example.section() + "]:\n" + example.text(), runs || manifest || drawing || known);
        }
    }

    @Test
    public void everyFragmentIsPartOfABlock() {
        String blocks = run.replaceAll("\\s", "");
        List<String> fragments = docs.spans().stream().filter(span -> span.contains("\"") || span.startsWith("{") || span.startsWith("curl ")).toList();
        assertEquals("no example contains them", List.of(), fragments.stream().filter(part -> blocks.contains(part.replaceAll("\\s", "")) == false).toList());
    }

    @Test
    public void everyNameOfTheReferenceIsInABlock() {
        Stream<String> names = docs.sections()
            .stream()
            .flatMap(section -> section.names().stream().filter(name -> REFERENCE.contains(section.name()) || SETTING.matcher(name).matches()));
        assertEquals("no example uses them", List.of(), names.filter(name -> isUsed(name) == false).toList());
    }

    /** A field of JSON, a value of it, a line of YAML or a parameter of an address. */
    private static boolean isUsed(String name) {
        String last = name.replaceFirst("^(items|events|users)\\.", "").replaceAll("[?=]", "");
        return name.equals(NOT_SET) || CALL.matcher(name).matches() || Pattern.compile("[\"\n?]" + Pattern.quote(last) + "(\"|: |=)").matcher(run).find();
    }

    @Test
    public void everyCallIsInABlock() {
        for (String span : docs.spans()) {
            Matcher call = CALL.matcher(span);
            if (call.matches()) {
                String method = call.group(1).equals("GET") ? "curl" : "curl -X " + call.group(1);
                String path = call.group(2).replaceAll("\\{\\w+}", "[^/?' ]+");
                assertTrue("no example calls " + span, Pattern.compile("\n" + method + " '?localhost:9200/\\S*" + path + "[?' \n]").matcher(run).find());
            }
        }
    }
}
