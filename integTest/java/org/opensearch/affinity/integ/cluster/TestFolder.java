package org.opensearch.affinity.integ.cluster;

import org.junit.rules.TemporaryFolder;

import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for one test, below target, where nothing may have been made yet. */
public class TestFolder extends TemporaryFolder {
    @Override
    protected void before() throws Throwable {
        Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
        super.before();
    }
}
