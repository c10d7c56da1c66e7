package org.opensearch.affinity.integ.docs;

import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.rest.RestHandler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/**
 * The docs hold no example that nobody runs: {@link ReadmeIT} runs blocks of calls, and whatever else looks like a piece of a
 * request must stand in such a block. Links lead somewhere, and the reference names all there is.
 */
public class DocsTests {
    private static final int LINES_OF_README = 200;

    /**
     * Commands that ReadmeIT cannot run. The first three build the plugin, which is what runs the tests, or take minutes to
     * hours on a quiet machine; as the last one says it, OpenSearchHome installs the plugin for every IT.
     */
    private static final Set<String> NOT_RUN = Set.of("./demo", "mvn", "./bench", "bin/opensearch-plugin");

    /** Sections of which every table explains what a request may say; of the reference, all are. */
    private static final Set<Docs.Place> REFERENCE = Set.of(
        new Docs.Place("search.md", "Parameters"),
        new Docs.Place("search.md", "Score"),
        new Docs.Place("search.md", "Signals"),
        new Docs.Place("retrieval.md", "Parameters"),
        new Docs.Place("encode.md", "Ingest processor"),
        new Docs.Place("encode.md", "Encode texts by request"),
        new Docs.Place("encode.md", "Field type"),
        new Docs.Place("trackers.md", "Options"),
        new Docs.Place("events.md", "Send events to the plugin"),
        new Docs.Place("evaluate.md", "Evaluation"),
        new Docs.Place("models.md", "Train and use a model")
    );
    /** Sections that show messages of warnings and of the server log. */
    private static final Set<Docs.Place> MESSAGES = Set.of(
        new Docs.Place("operations.md", "A tracker lags behind"),
        new Docs.Place("operations.md", "A search is not personalised")
    );
    /** One of OpenSearch, and two that QueryLookUp puts together. */
    private static final Set<String> NO_LITERALS = Set.of(
        "no such index",
        "the query could not be encoded in time",
        "the query could not be encoded because"
    );
    /** What stands for a value within a message. */
    private static final Pattern VALUE = Pattern.compile("(\\[[^\\]]*])+|…");
    private static final Pattern SETTING = Pattern.compile("(affinity|thread_pool|breaker)\\.\\S+");
    /** The first needs a libtorch with CUDA; the second stands in the keystore, where ReadmeIT puts the keys of the examples. */
    private static final Set<String> NOT_SET = Set.of("affinity.libtorch.path", "affinity.pseudonym.<key id>.secret");

    private static final Pattern ACTION = Pattern.compile("\\w+ =\\s+\"((?:cluster|indices|internal):[\\w/]+)\";");
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
        Set<Docs.Example> answers = docs.answers().stream().map(SampleAnswer::shown).collect(Collectors.toSet());
        Docs.Place ownPacks = new Docs.Place("encode.md", "Packs of your own");
        Docs.Place parts = new Docs.Place("README.md", "How the parts fit");
        for (Docs.Example example : docs.examples()) {
            // ReadmeIT compares the answers with real ones.
            boolean runs = example.calls() || example.configures() || example.importsModel() || answers.contains(example);
            // OwnModuleTests loads a module with it.
            boolean manifest = example.isJson() && example.place().equals(ownPacks);
            boolean drawing = example.language().isEmpty() && example.place().equals(parts);
            boolean known = example.language().equals("sh") && example.text().lines().allMatch(line -> NOT_RUN.contains(line.split(" ")[0]));
            assertTrue("no test runs this example of " + example.place() + ":\n" + example.text(), runs || manifest || drawing || known);
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
        Set<Docs.Place> there = docs.sections().stream().map(Docs.Section::place).collect(Collectors.toSet());
        assertEquals("no such sections", List.of(), REFERENCE.stream().filter(place -> there.contains(place) == false).toList());
        Stream<String> names = docs.sections()
            .stream()
            .flatMap(section -> section.names().stream().filter(name -> isReference(section.place()) || SETTING.matcher(name).matches()));
        assertEquals("no example uses them", List.of(), names.filter(name -> isUsed(name) == false).toList());
    }

    private static boolean isReference(Docs.Place place) {
        return REFERENCE.contains(place) || place.page().equals("reference.md");
    }

    /** A field of JSON, a value of it, a line of YAML or a parameter of an address. */
    private static boolean isUsed(String name) {
        String last = name.replaceFirst("^(items|events|users)\\.", "").replaceAll("[?=]", "");
        return NOT_SET.contains(name) || CALL.matcher(name).matches() || Pattern.compile("[\"\n?]" + Pattern.quote(last) + "(\"|: |=)").matcher(run).find();
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

    @Test
    public void everyCallAndSettingIsInTheReference() {
        Set<String> names = docs.sections()
            .stream()
            .filter(section -> section.place().page().equals("reference.md"))
            .flatMap(section -> section.names().stream())
            .collect(Collectors.toSet());
        AffinityPlugin plugin = new AffinityPlugin(Settings.EMPTY);
        Stream<RestHandler> handlers = plugin.getRestHandlers(Settings.EMPTY, null, null, null, null, null, null).stream();
        Stream<String> calls = handlers.flatMap(handler -> handler.routes().stream()).map(route -> route.getMethod() + " " + route.getPath());
        Stream<Setting<?>> own = plugin.getSettings().stream();
        Stream<Setting<?>> pools = plugin.getExecutorBuilders(Settings.EMPTY).stream().flatMap(builder -> builder.getRegisteredSettings().stream());
        Stream<String> settings = Stream.concat(own, pools).map(setting -> setting.getKey().replace("*", "<key id>"));
        List<String> all = Stream.concat(calls, settings).toList();
        assertEquals("not in docs/reference.md", List.of(), all.stream().filter(name -> names.contains(name) == false).toList());
    }

    /** An operator searches for messages as the page shows them. */
    @Test
    public void everyMessageIsInTheSources() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
            }
        }
        Stream<String> shown = docs.sections().stream().filter(section -> MESSAGES.contains(section.place())).flatMap(section -> section.spans().stream());
        Stream<String> messages = shown.filter(span -> span.contains("\"") == false && CALL.matcher(span).matches() == false);
        List<String> parts = messages.flatMap(VALUE::splitAsStream).map(String::strip).filter(part -> part.contains(" ")).toList();
        assertEquals("no class writes them", List.of(), parts.stream().filter(part -> NO_LITERALS.contains(part) == false && sources.indexOf(part) < 0).toList());
        assertTrue(parts.toString(), parts.contains("cannot follow") && parts.contains("the profile is not available"));
    }

    /** The table is for roles: no action is without a permission, and no permission without an action. */
    @Test
    public void everyPermissionIsInTheTable() throws IOException {
        Docs.Place table = new Docs.Place("security.md", "Permissions");
        Set<String> documented = docs.sections()
            .stream()
            .filter(section -> section.place().equals(table))
            .flatMap(section -> section.names().stream())
            .filter(name -> name.contains(":"))
            .collect(Collectors.toCollection(TreeSet::new));
        Set<String> actions = new AffinityPlugin(Settings.EMPTY).getActions()
            .stream()
            .map(handler -> handler.getAction().name())
            .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(actions, documented);
        // Actions that are registered elsewhere, such as requests between nodes.
        Set<String> named = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                ACTION.matcher(Files.readString(source)).results().map(match -> match.group(1)).forEach(named::add);
            }
        }
        assertEquals(actions, named);
    }

    @Test
    public void readmeIsShort() {
        long lines = docs.pages().getFirst().text().lines().count();
        assertTrue("README.md has " + lines + " lines", lines <= LINES_OF_README);
    }

    @Test
    public void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Docs.Page page : docs.pages()) {
            for (String link : page.relativeLinks()) {
                if (leadsSomewhere(page.file(), link) == false) {
                    broken.add(page.file() + ": " + link);
                }
            }
        }
        assertEquals("links to nothing", List.of(), broken);
    }

    private static boolean leadsSomewhere(Path from, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]).normalize();
        if (parts.length == 1) {
            return Files.exists(target);
        }
        return docs.pages().stream().anyMatch(page -> page.file().equals(target) && page.anchors().contains(parts[1]));
    }

    /** Sections are told apart by page and heading. */
    @Test
    public void headingsOfAPageDiffer() {
        Set<Docs.Place> places = new HashSet<>();
        List<Docs.Place> twice = docs.sections().stream().map(Docs.Section::place).filter(place -> places.add(place) == false).toList();
        assertEquals("twice on one page", List.of(), twice);
    }
}
