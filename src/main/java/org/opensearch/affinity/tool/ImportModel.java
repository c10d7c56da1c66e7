package org.opensearch.affinity.tool;

import joptsimple.OptionSet;
import joptsimple.OptionSpec;
import org.opensearch.OpenSearchParseException;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Pooling;
import org.opensearch.cli.Command;
import org.opensearch.cli.ExitCodes;
import org.opensearch.cli.Terminal;
import org.opensearch.cli.UserException;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParseException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The command {@code bin/opensearch-affinity/import-model}: builds a model pack from an operator's own BERT-family sentence encoder,
 * exported to ONNX. Other models are refused with the reason.
 */
public final class ImportModel extends Command {
    private final OptionSpec<String> name = parser.accepts("name", "the name of the model in pipelines").withRequiredArg().required();
    private final OptionSpec<String> pooling = parser.accepts("pooling", "the pooling that the model was trained with: mean or cls")
        .withRequiredArg()
        .required();
    private final OptionSpec<Integer> maxTokens = parser.accepts("max-tokens", "the most tokens that it reads, with [CLS] and [SEP]")
        .withRequiredArg()
        .ofType(Integer.class)
        .required();
    private final OptionSpec<String> queryPrefix = prefix("query-prefix", "a query");
    private final OptionSpec<String> itemPrefix = prefix("item-prefix", "an item");
    private final OptionSpec<String> license = parser.accepts("license", "the licence of the weights, stored in the manifest")
        .withRequiredArg()
        .defaultsTo("unknown");
    private final OptionSpec<String> files = parser.nonOptions("<model.onnx> <tokenizer.json> [<output folder>]");

    ImportModel() {
        super("Builds a model pack from an ONNX export of a BERT-family sentence encoder", () -> {});
    }

    public static void main(String[] args) throws Exception {
        exit(new ImportModel().main(args, Terminal.DEFAULT));
    }

    @Override
    protected void printAdditionalHelp(Terminal terminal) {
        terminal.println("import-model <model.onnx> <tokenizer.json> --name N --pooling mean|cls --max-tokens T [<output folder>]");
        terminal.println("Writes the pack as folder N in the output folder. The default is the folder of models in this");
        terminal.println("node's configuration. Copy the pack to every node; nodes read packs when they start.");
        terminal.println("");
    }

    @Override
    protected void execute(Terminal terminal, OptionSet options) throws Exception {
        List<String> paths = files.values(options);
        if (paths.size() < 2 || paths.size() > 3) {
            throw new UserException(ExitCodes.USAGE, "the files must be <model.onnx> <tokenizer.json> [<output folder>], got " + paths);
        }
        Path onnx = existing(paths.get(0));
        Path tokenizer = existing(paths.get(1));
        Path packs = paths.size() == 3 ? PathUtils.get(paths.get(2)) : ownModels();
        String packName = name.value(options);
        if (packName.matches("[A-Za-z0-9][A-Za-z0-9._-]*") == false) {
            throw new UserException(
                ExitCodes.USAGE,
                "[--name] must start with a letter or digit and have only letters, digits, [.], [_] and [-], got [" + packName + "]"
            );
        }
        Path folder = packs.resolve(packName);
        if (Files.exists(folder)) {
            throw new UserException(ExitCodes.CANT_CREATE, "[" + folder + "] exists already; delete it first or choose another name");
        }
        try {
            // Checked before anything is written.
            Pooling.parse(pooling.value(options));
            BertGraph bert = new BertGraph(OnnxGraph.read(onnx));
            checkVocabulary(tokenizer, bert.vocabulary);
            BuildModelPack.checkMaxTokens(maxTokens.value(options), bert);
            ModelPack pack = new BuildModelPack("the command line", properties(options, onnx), onnx, tokenizer, folder).write();
            terminal.println(BuildModelPack.describe(pack));
        } catch (IllegalArgumentException e) {
            throw new UserException(ExitCodes.DATA_ERROR, "[" + onnx + "] cannot be imported: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UserException(ExitCodes.IO_ERROR, "[" + onnx + "] cannot be imported: " + e.getMessage(), e);
        }
    }

    private Properties properties(OptionSet options, Path onnx) {
        Properties properties = new Properties();
        properties.setProperty("name", name.value(options));
        properties.setProperty("pooling", pooling.value(options));
        properties.setProperty("max_tokens", maxTokens.value(options).toString());
        properties.setProperty("query_prefix", queryPrefix.value(options));
        properties.setProperty("item_prefix", itemPrefix.value(options));
        properties.setProperty("license", license.value(options));
        properties.setProperty("origin", "imported from " + onnx.getFileName());
        return properties;
    }

    private OptionSpec<String> prefix(String option, String what) {
        return parser.accepts(option, "the text that the model was trained with before " + what + ", including a space at its end")
            .withRequiredArg()
            .defaultsTo("");
    }

    private static Path existing(String file) throws UserException {
        Path path = PathUtils.get(file);
        if (Files.isRegularFile(path) == false) {
            throw new UserException(ExitCodes.NO_INPUT, "[" + file + "] does not exist or is no file");
        }
        return path;
    }

    private static Path ownModels() throws UserException {
        String configuration = System.getProperty("opensearch.path.conf");
        if (configuration == null) {
            throw new UserException(ExitCodes.USAGE, "the output folder is missing: the node's configuration folder is unknown");
        }
        return PathUtils.get(configuration, "opensearch-affinity", "models");
    }

    /** Refuses a tokenizer of another kind of model, and one whose token ids exceed the model's vocabulary. */
    private static void checkVocabulary(Path tokenizer, int vocabulary) throws IOException {
        Map<String, Object> json;
        try (InputStream in = Files.newInputStream(tokenizer)) {
            json = XContentHelper.convertToMap(JsonXContent.jsonXContent, in, false);
        } catch (XContentParseException | OpenSearchParseException e) {
            throw new IllegalArgumentException("[" + tokenizer + "] is not valid JSON", e);
        }
        Object vocabularyIds = json.get("model") instanceof Map<?, ?> model ? model.get("vocab") : null;
        if (vocabularyIds instanceof Map == false) {
            throw new IllegalArgumentException("[" + tokenizer + "] is no tokenizer.json of a BERT model: it has no object [model.vocab]");
        }
        int largest = ((Map<?, ?>) vocabularyIds).values().stream().mapToInt(id -> ((Number) id).intValue()).max().orElse(-1);
        if (largest < 0 || largest >= vocabulary) {
            throw new IllegalArgumentException(
                "[" + tokenizer + "] has token ids up to [" + largest + "]; the model's ids are from 0 to [" + (vocabulary - 1) + "]"
            );
        }
    }
}
