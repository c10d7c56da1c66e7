package org.opensearch.affinity;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.BeforeClass;
import org.junit.Test;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.Assert.assertEquals;

/** The layout that docs/design.md describes: packages form no cycles, stay small, and hold no two classes of one simple name. */
public class LayoutTests {
    private static final String ROOT = "org.opensearch.affinity.";
    private static final int MOST_CLASSES = 25;
    private static final int MOST_LINES = 350;

    private static JavaClasses main;

    @BeforeClass
    public static void read() {
        main = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(LayoutTests.class.getPackageName());
    }

    @Test
    public void packagesFormNoCycles() {
        SlicesRuleDefinition.slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(main);
    }

    @Test
    public void testSourcesFormNoCycles() {
        JavaClasses tests = new ClassFileImporter().importPackages(ROOT + "integ");
        SlicesRuleDefinition.slices().matching(ROOT + "integ.(**)").should().beFreeOfCycles().check(tests);
    }

    @Test
    public void lowerPackagesDoNotKnowHigherOnes() {
        noClasses().that().resideInAPackage(ROOT + "learn..")
            .should().dependOnClassesThat(inOpenSearchBut(ROOT + "learn"))
            .check(main);
        noClasses().that().resideInAPackage(ROOT + "runtime..")
            .should().dependOnClassesThat().resideInAnyPackage("org.opensearch.search..", "org.opensearch.index..", "org.opensearch.action..")
            .check(main);
        noClasses().that().resideOutsideOfPackages(ROOT + "rest", ROOT.substring(0, ROOT.length() - 1))
            .should().dependOnClassesThat().resideInAPackage(ROOT + "rest")
            .check(main);
        // Scores are made in one package, and profiles know neither searches nor models.
        noClasses().that().resideInAnyPackage(ROOT + "tracker..", ROOT + "event..", ROOT + "item..", ROOT + "profile..", ROOT + "follow..")
            .should().dependOnClassesThat().resideInAnyPackage(ROOT + "rank..", ROOT + "rescore..", ROOT + "retrieve..", ROOT + "train..")
            .check(main);
    }

    /** Java's default locale may be one with other digits or other capitals than the engine, a program or a reader expects. */
    @Test
    public void textsDoNotDependOnTheDefaultLocale() {
        noClasses().should().callMethod(String.class, "formatted", Object[].class)
            .orShould().callMethod(String.class, "format", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "printf", String.class, Object[].class)
            .orShould().callMethod(String.class, "toLowerCase")
            .orShould().callMethod(String.class, "toUpperCase")
            .check(main);
    }

    private static DescribedPredicate<JavaClass> inOpenSearchBut(String own) {
        return DescribedPredicate.describe(
            "are classes of OpenSearch",
            type -> type.getPackageName().startsWith("org.opensearch") && type.getPackageName().startsWith(own) == false
        );
    }

    @Test
    public void packagesAreSmall() throws IOException {
        Map<String, Long> large = new TreeMap<>();
        for (String root : List.of("src/main/java", "src/test/java", "integTest/java")) {
            sources(root).stream()
                .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()))
                .forEach((folder, classes) -> large.put(folder.toString(), classes));
        }
        large.values().removeIf(classes -> classes <= MOST_CLASSES);
        assertEquals("more than " + MOST_CLASSES + " classes", Map.of(), large);
    }

    @Test
    public void classesAreShort() throws IOException {
        Map<String, Integer> large = new TreeMap<>();
        for (Path source : allSources()) {
            int lines = Files.readAllLines(source).size();
            if (lines > MOST_LINES) {
                large.put(source.toString(), lines);
            }
        }
        assertEquals("more than " + MOST_LINES + " lines", Map.of(), large);
    }

    @Test
    public void namesMeanOneThing() throws IOException {
        Map<String, List<Path>> byName = allSources().stream().collect(Collectors.groupingBy(LayoutTests::simpleName));
        byName.values().removeIf(sources -> sources.size() == 1);
        assertEquals("several classes of one simple name", Map.of(), byName);
    }

    private static String simpleName(Path source) {
        return source.getFileName().toString();
    }

    private static List<Path> allSources() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String root : List.of("src/main/java", "src/test/java", "integTest/java")) {
            all.addAll(sources(root));
        }
        return all;
    }

    private static List<Path> sources(String root) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(file -> file.toString().endsWith(".java")).filter(file -> simpleName(file).equals("package-info.java") == false).toList();
        }
    }
}
