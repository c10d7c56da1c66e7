package org.opensearch.affinity.integ.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** README.md and docs/*.md, for tests to run and to check. Their examples are run in the order of the pages. */
record Docs(List<Page> pages) {
    /** Examples build on what those before them left in the cluster, so a page stands behind those that it needs. */
    private static final List<String> ORDER = List.of(
        "README.md",
        "docs/search.md",
        "docs/retrieval.md",
        "docs/encode.md",
        "docs/trackers.md",
        "docs/events.md",
        "docs/operations.md",
        "docs/evaluate.md",
        "docs/models.md",
        "docs/concepts.md",
        "docs/segments.md",
        "docs/security.md",
        "docs/privacy.md",
        "docs/interop.md",
        "docs/benchmarks.md",
        "docs/design.md",
        "docs/reference.md"
    );
    private static final Pattern FENCED = Pattern.compile("^[ \t]*```(.*)\n((?s:.*?))^[ \t]*```[ \t]*$", Pattern.MULTILINE);
    private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FIRST_CELL = Pattern.compile("^\\| (.*?) \\|", Pattern.MULTILINE);
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?) *$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");

    /**
     * One file.
     *
     * @param file from the repository's root
     */
    record Page(Path file, String text) {
        /** By second-level headings; what stands above the first one has the heading "". */
        List<Section> sections() {
            String[] parts = text.split("(?m)^## ");
            Stream<Section> rest = Stream.of(parts).skip(1).map(part -> section(part.lines().findFirst().orElseThrow(), part));
            return Stream.concat(Stream.of(section("", parts[0])), rest).toList();
        }

        private Section section(String heading, String part) {
            return new Section(new Place(file.getFileName().toString(), heading), part);
        }

        /** Of all headings, as GitHub makes them: a heading that comes again gets a number. */
        Set<String> anchors() {
            Set<String> anchors = new HashSet<>();
            HEADING.matcher(withoutExamples(text)).results().map(heading -> anchor(heading.group(1))).forEach(anchor -> {
                String unused = anchor;
                for (int again = 1; anchors.add(unused) == false; again++) {
                    unused = anchor + "-" + again;
                }
            });
            return anchors;
        }

        private static String anchor(String heading) {
            return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
        }

        /** Targets of links to files and anchors of the repository, as they are written. */
        List<String> relativeLinks() {
            String prose = SPAN.matcher(withoutExamples(text)).replaceAll("code");
            return LINK.matcher(prose).results().map(link -> link.group(1)).filter(link -> link.contains("://") == false).toList();
        }
    }

    /**
     * Where a section stands. Two pages may have headings alike.
     *
     * @param page    name of the file
     * @param heading of the second level
     */
    record Place(String page, String heading) {}

    /** What stands below one heading of the second level. */
    record Section(Place place, String text) {
        List<Example> examples() {
            return FENCED.matcher(text).results().map(found -> new Example(place, found.group(1), found.group(2))).toList();
        }

        /** What stands between backticks, outside of examples. */
        List<String> spans() {
            return spans(withoutExamples(text));
        }

        /** What stands between backticks in the first cells of tables: the names that a reference explains. */
        List<String> names() {
            return FIRST_CELL.matcher(withoutExamples(text)).results().flatMap(cell -> spans(cell.group(1)).stream()).toList();
        }

        private static List<String> spans(String text) {
            return SPAN.matcher(text).results().map(found -> found.group(1)).toList();
        }
    }

    /**
     * A fenced block.
     *
     * @param place    of its section
     * @param language as the fence says, empty if it does not
     */
    record Example(Place place, String language, String text) {
        /** Whether it is calls of a node on localhost:9200, which a shell can run as they are. */
        boolean calls() {
            return language.equals("sh") && text.startsWith("curl ");
        }

        /** Whether it is lines of opensearch.yml. */
        boolean configures() {
            return language.equals("yaml");
        }

        boolean isJson() {
            return language.equals("json");
        }

        boolean importsModel() {
            return language.equals("sh") && text.startsWith("bin/opensearch-affinity/import-model ");
        }
    }

    /**
     * Reads them from the working folder, which is the repository's.
     *
     * @throws IllegalStateException if docs/ has a page that {@link #ORDER} lacks, or the other way round
     */
    static Docs read() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            Set<String> there = files.map(Path::toString).filter(file -> file.endsWith(".md")).collect(Collectors.toCollection(TreeSet::new));
            there.add("README.md");
            if (there.equals(new TreeSet<>(ORDER)) == false) {
                throw new IllegalStateException("pages that are there: " + there + "; listed in Docs.ORDER: " + new TreeSet<>(ORDER));
            }
        }
        List<Page> pages = new ArrayList<>();
        for (String file : ORDER) {
            pages.add(new Page(Path.of(file), Files.readString(Path.of(file))));
        }
        return new Docs(pages);
    }

    List<Section> sections() {
        return pages.stream().flatMap(page -> page.sections().stream()).toList();
    }

    List<Example> examples() {
        return sections().stream().flatMap(section -> section.examples().stream()).toList();
    }

    /** The answers that are shown, each as the next block below the example whose last call it answers. */
    List<SampleAnswer> answers() {
        List<SampleAnswer> answers = new ArrayList<>();
        for (Section section : sections()) {
            Example before = null;
            for (Example example : section.examples()) {
                if (example.isJson() && before != null && before.calls()) {
                    answers.add(new SampleAnswer(before, example));
                }
                before = example;
            }
        }
        return answers;
    }

    /** What stands between backticks, outside of examples. */
    List<String> spans() {
        return sections().stream().flatMap(section -> section.spans().stream()).toList();
    }

    private static String withoutExamples(String text) {
        return FENCED.matcher(text).replaceAll("");
    }
}
