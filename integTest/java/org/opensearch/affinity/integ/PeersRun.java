package org.opensearch.affinity.integ;

import java.io.IOException;

final class PeersRun {
    PeersRun(Screen screen, Report report, int seconds, int batchSize, String heap) {}

    void run() throws IOException {
        throw new IOException("not yet");
    }
}
