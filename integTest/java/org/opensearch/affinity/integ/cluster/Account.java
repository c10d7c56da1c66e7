package org.opensearch.affinity.integ.cluster;

import com.sun.security.auth.module.UnixSystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Who runs us. OpenSearch refuses root, so root runs it in a user namespace where it is nobody special. */
record Account(boolean root) {
    private static final List<String> NAMESPACE = List.of("unshare", "-U", "--map-user=1000", "--map-group=1000");

    static Account current() {
        return new Account(new UnixSystem().getUid() == 0);
    }

    /**
     * The command as this account can run it.
     *
     * @throws IOException when we are root and the system lets nobody make a user namespace
     */
    List<String> unprivileged(List<String> command) throws IOException {
        if (root == false) {
            return command;
        }
        requireNamespace();
        List<String> wrapped = new ArrayList<>(NAMESPACE);
        wrapped.addAll(command);
        return wrapped;
    }

    private static void requireNamespace() throws IOException {
        List<String> probe = new ArrayList<>(NAMESPACE);
        probe.add("true");
        int status;
        try {
            status = new ProcessBuilder(probe).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            status = 127;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (status != 0) {
            throw new IOException("OpenSearch refuses to run as root, and `" + String.join(" ", probe) + "` fails here: run this as an ordinary user");
        }
    }
}
