package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Operations on folders. */
final class Folder {
    private Folder() {}

    /** Deletes a folder with its contents; does nothing when there is none. */
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
