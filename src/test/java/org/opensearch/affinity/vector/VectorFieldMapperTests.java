package org.opensearch.affinity.vector;

import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.DocumentMapper;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperTestCase;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.ParsedDocument;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

public class VectorFieldMapperTests extends MapperTestCase {
    @Override
    protected Collection<? extends Plugin> getPlugins() {
        return List.of(new AffinityPlugin(Settings.EMPTY));
    }

    @Override
    protected void minimalMapping(XContentBuilder builder) throws IOException {
        builder.field("type", "affinity_vector").field("dimension", 2);
    }

    @Override
    protected void writeFieldValue(XContentBuilder builder) throws IOException {
        builder.startArray().value(3).value(4).endArray();
    }

    @Override
    protected void registerParameters(ParameterChecker checker) throws IOException {
        checker.registerConflictCheck(
            "dimension",
            fieldMapping(b -> b.field("type", "affinity_vector").field("dimension", 2)),
            fieldMapping(b -> b.field("type", "affinity_vector").field("dimension", 3))
        );
        checker.registerConflictCheck("graph", b -> b.field("graph", true));
    }

    @Override
    protected void assertExistsQuery(MappedFieldType type, Query query, ParseContext.Document fields) {
        assertEquals(new FieldExistsQuery("field"), query);
    }

    public void testVectorsAreStoredWithUnitLength() throws Exception {
        DocumentMapper mapper = createDocumentMapper(fieldMapping(this::minimalMapping));
        ParsedDocument document = mapper.parse(source(b -> b.array("field", new float[] { 3, 4 })));
        assertArrayEquals(new float[] { 0.6f, 0.8f }, ((KnnFloatVectorField) document.rootDoc().getField("field")).vectorValue(), 1e-6f);
        assertNull(mapper.parse(source(b -> b.nullField("field"))).rootDoc().getField("field"));
    }

    public void testErrorsNameTheFieldAndWhatWouldBeRight() throws Exception {
        DocumentMapper mapper = createDocumentMapper(fieldMapping(this::minimalMapping));
        assertRefused(mapper, b -> b.array("field", new float[] { 1, 2, 3 }), "dimension is [2], got a vector of [3] values");
        assertRefused(mapper, b -> b.array("field", new float[] { 1 }), "dimension is [2], got a vector of [1] values");
        assertRefused(mapper, b -> b.array("field", new float[] { 0, 0 }), "a finite length above 0, got length [0.0]");
        assertRefused(mapper, b -> b.array("field", "1", "2"), "value [0] must be a number, got [1]");
        assertRefused(mapper, b -> b.field("field", "text"), "must be an array of [2] numbers, got [text]");
        String value = "field [field] of type [affinity_vector]: value ";
        assertRefused(mapper, b -> b.field("field", List.of(List.of(1, 2), List.of(3, 4))), value + "[0] must be a number, got an array");
        assertRefused(mapper, b -> b.field("field", List.of(1, Map.of("x", 1))), value + "[1] must be a number, got an object");
        assertRefused(mapper, b -> b.startArray("field").value(1).nullValue().endArray(), value + "[1] must be a number, got [null]");
        assertRefused(mapper, b -> b.field("field", Map.of("x", 1)), "must be an array of [2] numbers, got an object");
        assertRefused(mapper, b -> b.field("field", true), "must be an array of [2] numbers, got [true]");
        for (String dimension : List.of("0", "4097", "many")) {
            Exception e = expectThrows(
                MapperParsingException.class,
                () -> createDocumentMapper(fieldMapping(b -> b.field("type", "affinity_vector").field("dimension", dimension)))
            );
            assertTrue(e.getMessage(), e.getMessage().contains("must be a whole number from 1 to 4096, got [" + dimension + "]"));
        }
        Exception e = expectThrows(
            MapperParsingException.class,
            () -> createDocumentMapper(fieldMapping(b -> b.field("type", "affinity_vector")))
        );
        assertTrue(e.getMessage(), e.getMessage().contains("[dimension] of field [field] is required"));
    }

    private void assertRefused(
        DocumentMapper mapper,
        org.opensearch.common.CheckedConsumer<XContentBuilder, IOException> document,
        String message
    ) {
        Exception e = expectThrows(MapperParsingException.class, () -> mapper.parse(source(document)));
        assertTrue(e.getCause().getMessage(), e.getCause().getMessage().contains(message));
    }
}
