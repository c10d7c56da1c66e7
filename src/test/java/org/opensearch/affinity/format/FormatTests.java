package org.opensearch.affinity.format;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.opensearch.Version;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.cluster.UnreadableFormatException;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.ByteBufferStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.search.SearchModule;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every value that nodes send each other or that is stored is read as it was first written, by fixtures: one file for each number of each
 * {@link Format}, with the bytes and the value as text. What an older version wrote must stay readable, so files are added and never
 * changed, but for the line of a field that an older format lacks: it has the default.
 */
public class FormatTests extends OpenSearchTestCase {
    private static final Path FIXTURES = Path.of("src/test/resources/formats");
    private static final String ROOT = "org.opensearch.affinity.";
    /** They have no fields of their own: the value of a node has a format, and the rest is OpenSearch's. */
    private static final Set<Class<?>> WITHOUT = Set.of(NodesAction.Request.class, NodesAction.NodeValue.class, NodesAction.Response.class);
    private static final String WRITE = "affinity.formats.write";

    private final NamedWriteableRegistry registry = new NamedWriteableRegistry(
        Stream.concat(
            new SearchModule(Settings.EMPTY, List.of(new AffinityPlugin(Settings.EMPTY))).getNamedWriteables().stream(),
            new AffinityPlugin(Settings.EMPTY).getNamedWriteables().stream()
        ).toList()
    );

    private static List<Class<?>> types() {
        List<Class<?>> types = new ArrayList<>();
        ClassFileImporter importer = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests());
        for (JavaClass type : importer.importPackages("org.opensearch.affinity")) {
            boolean isConcrete = type.isInterface() == false && type.getModifiers().contains(JavaModifier.ABSTRACT) == false;
            boolean isValue = type.isAssignableTo(Writeable.class) && type.isAssignableTo(Throwable.class) == false;
            if (isConcrete && isValue && WITHOUT.contains(type.reflect()) == false) {
                types.add(type.reflect());
            }
        }
        assertTrue("finds the classes", types.size() > 60);
        return types;
    }

    private static Format format(Class<?> type) throws IllegalAccessException {
        for (Class<?> declares = type; declares.getName().startsWith(ROOT); declares = declares.getSuperclass()) {
            for (Field field : declares.getDeclaredFields()) {
                if (field.getType() == Format.class) {
                    field.setAccessible(true);
                    return (Format) field.get(null);
                }
            }
        }
        throw new AssertionError("[" + type + "] is sent or stored without a format of its own: give it a constant FORMAT, see Format");
    }

    private static Path fixture(Class<?> type, int number) {
        return FIXTURES.resolve(type.getName().substring(ROOT.length()).replace('$', '.') + "." + number + ".txt");
    }

    public void testEveryFormatHasAFixture() throws Exception {
        StringBuilder missing = new StringBuilder();
        for (Class<?> type : types()) {
            Path file = fixture(type, format(type).number());
            if (Files.exists(file)) {
                continue;
            }
            try {
                Object sample = new SampleValues().of(type);
                String bytes = Base64.getMimeEncoder(120, new byte[] { '\n' }).encodeToString(bytes((Writeable) sample));
                String text = bytes + "\n\n" + ValueText.of(sample);
                if (Boolean.getBoolean(WRITE)) {
                    Files.createDirectories(FIXTURES);
                    Files.writeString(file, text);
                } else {
                    missing.append(file).append(":\n").append(text);
                }
            } catch (Exception e) {
                missing.append(file).append(": no sample: ").append(e).append('\n');
            }
        }
        assertTrue("add these, or run this test once with -D" + WRITE + "=true to have them written:\n" + missing, missing.isEmpty());
    }

    public void testFixturesAreRead() throws Exception {
        Set<Path> left = new TreeSet<>(files());
        for (Class<?> type : types()) {
            for (int number = 1; number <= format(type).number(); number++) {
                Path file = fixture(type, number);
                left.remove(file);
                String[] parts = Files.readString(file).split("\n\n", 2);
                byte[] written = written(parts[0]);
                Object value = read(type, written);
                assertEquals(file.toString(), parts[1], ValueText.of(value));
                if (number == format(type).number()) {
                    assertEquals(file.toString(), parts[1], ValueText.of(read(type, bytes((Writeable) value))));
                }
            }
        }
        assertEquals("of no class", Set.of(), left);
    }

    private static byte[] written(String fixture) {
        return Base64.getMimeDecoder().decode(fixture.split("\n\n")[0]);
    }

    private static Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.filter(file -> file.toString().endsWith(".txt")).collect(Collectors.toSet());
        }
    }

    /** What a later version appends is skipped. What it says that this one cannot understand is refused, and the reason is told. */
    public void testLaterVersions() throws Exception {
        for (Class<?> type : types()) {
            Format format = format(type);
            Writeable sample = (Writeable) read(type, written(Files.readString(fixture(type, format.number()))));
            Object skipped = read(type, later(bytes(sample), format, format.readableFrom()));
            assertEquals(type.toString(), ValueText.of(sample), ValueText.of(skipped));
            Exception e = expectThrows(
                UnreadableFormatException.class,
                () -> read(type, later(bytes(sample), format, format.number() + 1))
            );
            String later = "has format [" + (format.number() + 1) + "], for versions of the plugin that read [" + (format.number() + 1);
            assertTrue(e.getMessage(), e.getMessage().contains(later) && e.getMessage().contains("upgrade the plugin of this node"));
        }
    }

    /** The bytes that a later version writes: the number of the last frame is higher, and it has another field. */
    private static byte[] later(byte[] bytes, Format format, int readableFrom) throws IOException {
        for (int at = 0; at < bytes.length; at++) {
            ByteBufferStreamInput in = new ByteBufferStreamInput(ByteBuffer.wrap(bytes, at, bytes.length - at));
            // Some values of a format need a later reader than others.
            if (in.readByte() == format.number() && isFrom(format.readableFrom(), format.number(), in.readByte())) {
                int length = length(in);
                if (length == in.available()) {
                    BytesStreamOutput out = new BytesStreamOutput();
                    out.writeBytes(bytes, 0, at);
                    out.writeVInt(format.number() + 1);
                    out.writeVInt(readableFrom);
                    out.writeVInt(length + 3);
                    out.writeBytes(bytes, bytes.length - length, length);
                    out.writeBytes(new byte[] { 7, 7, 7 });
                    return BytesReference.toBytes(out.bytes());
                }
            }
        }
        throw new AssertionError("no frame at the end of " + Arrays.toString(bytes));
    }

    private static boolean isFrom(int min, int max, int number) {
        return number >= min && number <= max;
    }

    /** Returns -1 where there is no length. */
    private static int length(ByteBufferStreamInput in) {
        try {
            return in.readVInt();
        } catch (IOException | RuntimeException e) {
            return -1;
        }
    }

    /** Constants travel by their position. */
    public void testEnumsOnlyGrow() throws Exception {
        Map<String, List<String>> now = new TreeMap<>();
        for (Class<?> type : types()) {
            for (Field field : type.getDeclaredFields()) {
                Class<?> of = field.getType();
                if (of.isEnum() && of.getName().startsWith(ROOT)) {
                    now.put(of.getName(), Arrays.stream(of.getEnumConstants()).map(constant -> ((Enum<?>) constant).name()).toList());
                }
            }
        }
        Path file = FIXTURES.resolve("enums");
        List<String> lines = now.entrySet().stream().map(type -> type.getKey() + " " + String.join(" ", type.getValue())).toList();
        if (Boolean.getBoolean(WRITE)) {
            Files.write(file, lines);
        }
        List<String> before = Files.readAllLines(file);
        assertEquals("an enum more or less: change [" + file + "]", before.size(), lines.size());
        for (int i = 0; i < before.size(); i++) {
            String moved = "constants were removed or moved: [" + before.get(i) + "] is [" + lines.get(i) + "]";
            assertTrue(moved, (lines.get(i) + " ").startsWith(before.get(i) + " "));
        }
    }

    private static byte[] bytes(Writeable value) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.setVersion(Version.V_3_6_0);
            value.writeTo(out);
            return BytesReference.toBytes(out.bytes());
        }
    }

    private Object read(Class<?> type, byte[] bytes) throws Exception {
        StreamInput in = new NamedWriteableAwareStreamInput(new ByteBufferStreamInput(ByteBuffer.wrap(bytes)), registry);
        in.setVersion(Version.V_3_6_0);
        Object value;
        if (MetadataMap.class.isAssignableFrom(type)) {
            value = ((MetadataMap.Kind<?, ?>) type.getField("KIND").get(null)).read(in);
        } else {
            Constructor<?> reader = Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> constructor.getParameterCount() > 0 && constructor.getParameterTypes()[0] == StreamInput.class)
                .findAny()
                .orElseThrow();
            reader.setAccessible(true);
            Object[] arguments = new Object[reader.getParameterCount()];
            arguments[0] = in;
            try {
                value = reader.newInstance(arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        assertEquals("reads all of a " + type, 0, in.available());
        return value;
    }
}
