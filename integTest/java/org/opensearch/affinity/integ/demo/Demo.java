package org.opensearch.affinity.integ.demo;

import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.console.ArgumentCheck;
import org.opensearch.affinity.integ.console.FreeSpace;
import org.opensearch.affinity.integ.console.Launcher;
import org.opensearch.affinity.integ.console.Program;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.Optional;

/** The program of {@code ./demo}. */
@Command(
    name = "./demo",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
        "Personalised search, end to end on this machine: builds the plugin, starts OpenSearch on loopback, indexes a shop, replays its "
            + "behaviour log and shows one query as different people see it.",
        "" },
    footer = {
        "",
        "Needs a JDK of 21 or later, Maven, 4 GB of disk and 2.5 GB of memory. Environment: NO_COLOR; DEMO_TRACE for stack traces." })
public final class Demo implements Program {
    /** The node with its heap and native code, and this program, in megabytes. */
    private static final int MEMORY = 2_560;
    /** Build, distribution and node, in megabytes. */
    private static final int DISK = 4_096;

    @Mixin
    DemoOptions options = new DemoOptions();

    @Option(names = "--stop", description = "Stop the node that --keep left running.")
    boolean stop;

    @Option(names = { "-h", "--help" }, usageHelp = true, description = "Show this help.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final Screen screen;
    private final KeptNode kept = new KeptNode(BuiltPlugin.target().resolve("demo/node"));

    Demo(Screen screen) {
        this.screen = screen;
    }

    public static void main(String[] arguments) {
        Screen screen = Screen.standard();
        System.exit(new Launcher(screen, "DEMO_TRACE").run(new CommandLine(new Demo(screen)), arguments));
    }

    @Override
    public void check() {
        options.check(new ArgumentCheck(spec));
    }

    @Override
    public void checkMachine() throws IOException {
        Optional<ProcessHandle> running = kept.process();
        if (running.isPresent()) {
            throw new IOException("a demo node is running already (process " + running.get().pid() + "): stop it with ./demo --stop");
        }
        if (Ports.isTaken(options.port)) {
            String other = "./demo --port " + (options.port + 10);
            throw new IOException("port " + options.port + " is taken by another program: choose another, such as " + other);
        }
        FreeSpace.require(MEMORY, DISK, BuiltPlugin.target());
    }

    @Override
    public boolean needsBuild() {
        return stop == false;
    }

    @Override
    public Integer call() throws IOException {
        if (stop) {
            stopKept();
        } else {
            new DemoRun(screen, options, kept.folder()).run();
        }
        return 0;
    }

    private void stopKept() throws IOException {
        Optional<ProcessHandle> running = kept.process();
        if (running.isEmpty()) {
            screen.print(" no demo node is running");
            return;
        }
        long pid = running.get().pid();
        boolean gently = KeptNode.stop(running.get());
        screen.print(screen.good(" ✔ ") + "node " + pid + (gently ? " stopped" : " did not stop in 30 s and was killed"));
    }
}
