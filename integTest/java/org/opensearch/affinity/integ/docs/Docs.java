package org.opensearch.affinity.integ.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What README.md and docs/*.md show, for tests to run. Sections are those of all files, README.md first. */
record Docs(List<Section> sections) {
    private static final Pattern FENCED = Pattern.compile("^[ \t]*```(.*)\n((?s:.*?))^[ \t]*```[ \t]*$", Pattern.MULTILINE);
    private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FIRST_CELL = Pattern.compile("^\\| (.*?) \\|", Pattern.MULTILINE);

    /** What stands below one heading of the second level; what stands above the first has the name of the file. */
    record Section(String name, String text) {
        List<Example> examples() {
            return FENCED.matcher(text).results().map(found -> new Example(name, found.group(1), found.group(2))).toList();
        }

        /** What stands between backticks, outside of examples. */
        List<String> spans() {
            return spans(prose());
        }

        /** What stands between backticks in the first cells of tables: the names that a reference explains. */
        List<String> names() {
            return FIRST_CELL.matcher(prose()).results().flatMap(cell -> spans(cell.group(1)).stream()).toList();
        }

        private String prose() {
            return FENCED.matcher(text).replaceAll("");
        }

        private static List<String> spans(String text) {
            return SPAN.matcher(text).results().map(found -> found.group(1)).toList();
        }
    }

    /**
     * A fenced block.
     *
     * @param section  where it stands
     * @param language as the fence says, empty if it does not
     */
    record Example(String section, String language, String text) {
        /** Whether it is calls of a node on localhost:9200, which a shell can run as they are. */
        boolean calls() {
            return language.equals("sh") && text.startsWith("curl ");
        }

        /** Whether it is lines of opensearch.yml. */
        boolean configures() {
            return language.equals("yaml");
        }

        boolean importsModel() {
            return language.equals("sh") && text.startsWith("bin/opensearch-affinity/import-model ");
        }
    }

    /** Reads them from the working folder, which is the repository's. */
    static Docs read() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("README.md")));
        try (Stream<Path> more = Files.list(Path.of("docs"))) {
            more.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
        }
        List<Section> sections = new ArrayList<>();
        for (Path file : files) {
            String[] parts = Files.readString(file).split("(?m)^## ");
            sections.add(new Section(file.toString(), parts[0]));
            Stream.of(parts).skip(1).forEach(part -> sections.add(new Section(part.lines().findFirst().orElseThrow(), part)));
        }
        return new Docs(sections);
    }

    List<Example> examples() {
        return sections.stream().flatMap(section -> section.examples().stream()).toList();
    }

    /** What stands between backticks, outside of examples. */
    List<String> spans() {
        return sections.stream().flatMap(section -> section.spans().stream()).toList();
    }
}
