package org.opensearch.affinity.tool;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.cli.ExitCodes;
import org.opensearch.cli.MockTerminal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.hamcrest.Matchers.containsString;

public class ImportModelTests extends EncodeTestCase {
    private final MockTerminal terminal = new MockTerminal();
    private final Path onnx = folder("affinity.weights").resolve("all-minilm-l6-v2.onnx");
    private final Path tokenizer = folder("affinity.weights").resolve("all-minilm-l6-v2-tokenizer.json");

    public void testImportedModelEqualsTheBuiltOne() throws Exception {
        Path models = createTempDir();
        assertEquals(ExitCodes.OK, run(onnx, tokenizer, "mine", "mean", 256, "--query-prefix", "find: ", models.toString()));
        assertThat(terminal.getOutput(), containsString("dimension [384], at most [256] tokens"));
        ModelPack pack = ModelPack.read(models.resolve("mine"));
        assertEquals(pack().modelSha256(), pack.modelSha256());
        assertEquals("find: ", pack.prefix(Purpose.QUERY));
        try (ModelPacks own = new ModelPacks(runtime(), List.of(models))) {
            assertUnit(own.get("mine").encode(List.of("lamp"))[0]);
        }
        assertEquals(ExitCodes.CANT_CREATE, run(onnx, tokenizer, "mine", "mean", 256, models.toString()));
        assertThat(terminal.getErrorOutput(), containsString("exists already"));
    }

    public void testUnsupportedModelsAreRefused() throws Exception {
        Path words = createTempFile();
        Files.writeString(words, "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0, \"b\": 30522}}}");
        String tooLarge = "has token ids up to [30522]; the model's ids are from 0 to [30521]";
        assertRefused(ExitCodes.DATA_ERROR, tooLarge, onnx, words, "m", "mean", 256);
        Files.writeString(words, "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", -1.0]]}}");
        assertRefused(ExitCodes.DATA_ERROR, "it has no object [model.vocab]", onnx, words, "m", "mean", 256);
        Files.writeString(words, "{\"model\": broken");
        assertRefused(ExitCodes.DATA_ERROR, "is not valid JSON", onnx, words, "m", "mean", 256);
        assertRefused(ExitCodes.IO_ERROR, "is no ONNX model", tokenizer, tokenizer, "m", "mean", 256);
        assertRefused(ExitCodes.DATA_ERROR, "unknown pooling [max]; known: [mean, cls]", onnx, tokenizer, "m", "max", 256);
        assertRefused(ExitCodes.DATA_ERROR, "number of positions, [512], got [513]", onnx, tokenizer, "m", "mean", 513);
        assertRefused(ExitCodes.USAGE, "got [../m]", onnx, tokenizer, "../m", "mean", 256);
        assertRefused(ExitCodes.NO_INPUT, "does not exist or is no file", onnx.resolveSibling("none.onnx"), tokenizer, "m", "mean", 256);
    }

    private void assertRefused(int code, String reason, Path onnx, Path tokenizer, String name, String pooling, int tokens)
        throws Exception {
        terminal.reset();
        Path models = createTempDir();
        assertEquals(terminal.getErrorOutput(), code, run(onnx, tokenizer, name, pooling, tokens, models.toString()));
        assertThat(terminal.getErrorOutput(), containsString(reason));
        assertFalse("nothing was written", Files.exists(models.resolve("m")));
    }

    private int run(Path onnx, Path tokenizer, String name, String pooling, int tokens, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(onnx.toString(), tokenizer.toString()));
        arguments.addAll(List.of("--name", name, "--pooling", pooling, "--max-tokens", Integer.toString(tokens)));
        arguments.addAll(List.of(more));
        return new ImportModel().main(arguments.toArray(String[]::new), terminal);
    }
}
