package org.opensearch.affinity.integ;

import org.junit.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/** Checks that the packages below this one do not depend on one another in cycles. */
public class PackagesTests {
    private static final Path SOURCES = Path.of("integTest/java");
    private static final String ROOT = PackagesTests.class.getPackageName();
    private static final Pattern IMPORT = Pattern.compile(
        "^import (?:static )?(" + Pattern.quote(ROOT) + "[a-z.]*)\\.[A-Z]", Pattern.MULTILINE);

    @Test
    public void dependenciesHaveNoCycles() throws IOException {
        Map<String, Set<String>> left = dependencies();
        assertTrue(left.toString(), left.containsKey(ROOT + ".cluster"));
        // A package that depends on none of those left is in no cycle.
        while (left.values().removeIf(imported -> imported.stream().noneMatch(left::containsKey))) {
        }
        assertEquals("packages in cycles", Map.of(), left);
    }

    /** The packages that each package imports, without itself. */
    private static Map<String, Set<String>> dependencies() throws IOException {
        Map<String, Set<String>> dependencies = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES.resolve(ROOT.replace('.', '/')))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String own = SOURCES.relativize(file.getParent()).toString().replace('/', '.');
                Set<String> imported = dependencies.computeIfAbsent(own, key -> new TreeSet<>());
                Matcher imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    imported.add(imports.group(1));
                }
                imported.remove(own);
            }
        }
        return dependencies;
    }
}
