package org.opensearch.affinity.integ;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.rules.TemporaryFolder;

/** A folder for one test, below target, where nothing may have been made yet. */
class TestFolder extends TemporaryFolder {
    @Override
    protected void before() throws Throwable {
        Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
        super.before();
    }
}
