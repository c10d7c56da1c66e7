package org.opensearch.affinity.integ.cluster;

import com.sun.security.auth.module.UnixSystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The account that runs this JVM. OpenSearch refuses to run as root; root starts it in a user namespace, as an ordinary user. */
record Account(boolean root) {
    private static final List<String> NAMESPACE = List.of("unshare", "-U", "--map-user=1000", "--map-group=1000");

    static Account current() {
        return new Account(new UnixSystem().getUid() == 0);
    }

    /**
     * Returns a command that runs the given one as an ordinary user.
     *
     * @throws IOException for root, when user namespaces cannot be made on this system
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
            throw new IOException("OpenSearch refuses to run as root, and `" + String.join(" ", probe)
                + "` fails here: run this as an ordinary user");
        }
    }
}
