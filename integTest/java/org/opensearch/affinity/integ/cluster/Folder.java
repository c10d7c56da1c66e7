package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders that are made anew for each run. */
final class Folder {
    private Folder() {}

    /** Removes a folder and all that is in it; an absent one is fine. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder) == false) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(folder)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }
}
