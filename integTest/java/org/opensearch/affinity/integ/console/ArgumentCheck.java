package org.opensearch.affinity.integ.console;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Refuses wrong arguments of a command.
 *
 * @param spec of the command
 */
public record ArgumentCheck(CommandSpec spec) {
    /** @param message what is wrong and what would be right */
    public void require(boolean right, String message) {
        if (right == false) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /** @param given null when the option was not given */
    public void atLeast(String option, Integer given, int least) {
        require(given == null || given >= least, option + " must be at least " + least + ", got " + given);
    }

    /** @param given null when the option was not given */
    public void folder(Path given) {
        require(given == null || Files.isDirectory(given), "there is no folder " + given);
    }

    /** @param given null when the option was not given */
    public void file(Path given) {
        require(given == null || Files.isRegularFile(given), "there is no file " + given);
    }
}
