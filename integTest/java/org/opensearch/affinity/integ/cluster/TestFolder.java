package org.opensearch.affinity.integ.cluster;

import org.junit.rules.TemporaryFolder;

import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder for one test. It is created below the JVM's temporary folder, which this creates too. */
public class TestFolder extends TemporaryFolder {
    @Override
    protected void before() throws Throwable {
        Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
        super.before();
    }
}
