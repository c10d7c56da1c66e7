package org.opensearch.affinity.retrieve;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BaseQueryRewriteContext;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.Rewriteable;
import org.opensearch.search.SearchModule;
import org.opensearch.test.EqualsHashCodeTestUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.client.NoOpClient;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Parsing, serialisation and look-ups of the three retrieval queries. */
public class RetrievalQueryBuilderTests extends OpenSearchTestCase {
    private static final SearchModule MODULE = new SearchModule(Settings.EMPTY, List.of(new AffinityPlugin(Settings.EMPTY)));
    private static final NamedWriteableRegistry WRITEABLES = new NamedWriteableRegistry(
        Stream.concat(MODULE.getNamedWriteables().stream(), new AffinityPlugin(Settings.EMPTY).getNamedWriteables().stream()).toList()
    );
    private static final String REACH = ", \"k\": 7, \"min_similarity\": 0.25, \"filter\": {\"term\": {\"a\": \"b\"}}, \"boost\": 3, \"_name\": \"n\"";

    @Override
    protected NamedXContentRegistry xContentRegistry() {
        return new NamedXContentRegistry(MODULE.getNamedXContents());
    }

    private QueryBuilder parse(String query) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, query)) {
            return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
        }
    }

    private static QueryBuilder copy(QueryBuilder query) {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.writeNamedWriteable(query);
            try (StreamInput in = new NamedWriteableAwareStreamInput(out.bytes().streamInput(), WRITEABLES)) {
                return in.readNamedWriteable(QueryBuilder.class);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public void testReadsWhatItWrites() throws Exception {
        for (String query : List.of(
            "{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"exclude_seen\": true" + REACH + "}}",
            "{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"}}",
            "{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"p1\"" + REACH + "}}",
            "{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": [\"p1\", \"p2\"]}}",
            "{\"affinity_text\": {\"text\": \"warm light\", \"field\": \"v\", \"model\": \"m\", \"timeout\": \"20ms\"" + REACH + "}}",
            "{\"affinity_text\": {\"text\": \"warm light\", \"tracker\": \"shop\"}}"
        )) {
            QueryBuilder parsed = parse(query);
            EqualsHashCodeTestUtils.checkEqualsAndHashCode(parsed, RetrievalQueryBuilderTests::copy);
            assertEquals(parsed, parse(Strings.toString(MediaTypeRegistry.JSON, parsed)));
            assertEquals(query.contains("boost") ? 3f : 1f, parsed.boost(), 0f);
            assertEquals(query.contains("_name") ? "n" : null, parsed.queryName());
            assertEquals(query.contains("\"k\"") ? 7 : 100, ((RetrievalQueryBuilder<?>) parsed).knn().k());
        }
    }

    public void testEveryParameterMakesADifference() throws Exception {
        List<String> bodies = List.of(
            "\"user\": \"ann\"",
            "\"user\": \"bob\"",
            "\"user\": \"ann\", \"exclude_seen\": true",
            "\"user\": \"ann\", \"k\": 5",
            "\"user\": \"ann\", \"min_similarity\": 0.5",
            "\"user\": \"ann\", \"filter\": {\"match_all\": {}}"
        );
        for (String one : bodies) {
            for (String other : bodies) {
                QueryBuilder parsed = parse("{\"affinity\": {\"tracker\": \"shop\", " + one + "}}");
                assertEquals(one.equals(other), parsed.equals(parse("{\"affinity\": {\"tracker\": \"shop\", " + other + "}}")));
            }
        }
    }

    private void assertRefused(String query, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(query));
        assertTrue(e.getMessage(), e.getMessage().contains(message));
    }

    public void testErrorsNameTheFieldAndWhatWouldBeRight() {
        assertRefused("{\"affinity\": {\"user\": \"ann\"}}", "[affinity] [tracker] is required");
        assertRefused("{\"affinity\": {\"tracker\": \"shop\", \"user\": [\"a\"]}}", "[affinity] [user] must be the id of a user, got a list");
        assertRefused("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"size\": 1}}", "unknown field [size]");
        assertRefused("{\"affinity_similar\": {\"tracker\": \"shop\"}}", "[affinity_similar] needs either [item]");
        assertRefused("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"a\", \"items\": [\"b\"]}}", "[affinity_similar] needs either [item]");
        assertRefused("{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": []}}", "[affinity_similar] [items] must be 1 to 32 ids, got [0]");
        assertRefused("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"\"}}", "[affinity_similar] [item] must be the id of an item, got []");
        assertRefused("{\"affinity_text\": {\"field\": \"v\"}}", "[affinity_text] [text] is required");
        assertRefused("{\"affinity_text\": {\"text\": \"\", \"field\": \"v\"}}", "[affinity_text] [text] must be the text to find items for, got []");
        assertRefused("{\"affinity_text\": {\"text\": \"a\"}}", "[affinity_text] needs either [field]");
        assertRefused("{\"affinity_text\": {\"text\": \"a\", \"field\": \"v\", \"tracker\": \"t\"}}", "[affinity_text] needs either [field]");
        for (String timeout : List.of("soon", "0ms", "-1")) {
            String query = "{\"affinity_text\": {\"text\": \"a\", \"field\": \"v\", \"timeout\": \"" + timeout + "\"}}";
            assertRefused(query, "[affinity_text] [timeout] must be a time above 0 such as [200ms], got [" + timeout + "]");
        }
        for (String k : List.of("0", "-1", "10001", "7.5")) {
            assertRefused("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"k\": " + k + "}}", "[affinity] [k] must be a whole number from 1 to 10000, got [" + k + "]");
        }
        for (String least : List.of("\"NaN\"", "-0.1", "1.1")) {
            assertRefused(
                "{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"a\", \"min_similarity\": " + least + "}}",
                "[affinity_similar] [min_similarity] must be a number from 0 to 1, got ["
            );
        }
    }

    /** Templates need no branches for visitors without an account. */
    public void testNoUserIsNobody() throws Exception {
        for (String query : List.of("affinity", "affinity_seen")) {
            QueryBuilder nobody = parse("{\"" + query + "\": {\"tracker\": \"shop\"}}");
            for (String user : List.of("null", "\"\"", "\" \"")) {
                assertEquals(nobody, parse("{\"" + query + "\": {\"tracker\": \"shop\", \"user\": " + user + ", \"recent\": null}}"));
            }
            QueryBuilder number = parse("{\"" + query + "\": {\"tracker\": \"shop\", \"user\": 42}}");
            assertEquals(parse("{\"" + query + "\": {\"tracker\": \"shop\", \"user\": \"42\"}}"), number);
        }
    }

    /** As OpenSearch does for its own queries. */
    public void testNumbersMayBeStrings() throws Exception {
        String strings = REACH.replace("7", "\"7\"").replace("0.25", "\"0.25\"").replace("3,", "\"3\",");
        String query = "{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"";
        assertEquals(parse(query + REACH + "}}"), parse(query + strings + "}}"));
    }

    public void testErrorsOfTheFilterAreItsOwn() {
        String query = "{\"affinity\": {\"tracker\": \"shop\", \"filter\": ";
        Exception e = expectThrows(ParsingException.class, () -> parse(query + "{\"trem\": {\"a\": 1}}}}"));
        assertTrue(e.getMessage(), e.getMessage().startsWith("unknown query [trem]"));
        assertRefused(query + "5}}", "[affinity] [filter] must be a query such as {\"term\": {\"category\": \"tents\"}}");
    }

    public void testNearestVectorsWithinAFilterAreRefused() {
        for (String inner : List.of(
            "{\"affinity\": {\"tracker\": \"shop\"}}",
            "{\"bool\": {\"should\": [{\"affinity\": {\"tracker\": \"shop\"}}]}}",
            "{\"constant_score\": {\"filter\": {\"affinity\": {\"tracker\": \"shop\"}}}}"
        )) {
            String message = "[affinity] [filter] must not contain the query [affinity]: put both queries into a [bool]";
            assertRefused("{\"affinity\": {\"tracker\": \"shop\", \"filter\": " + inner + "}}", message);
        }
    }

    private final AtomicReference<ActionRequest> request = new AtomicReference<>();

    /**
     * Rewrites a query as a coordinator does.
     *
     * @param answer of the encoder, or the exception that it fails with
     */
    private QueryBuilder rewrite(QueryBuilder query, Object answer) throws Exception {
        try (NoOpClient client = new NoOpClient(getTestName()) {
            @Override
            @SuppressWarnings("unchecked")
            protected <Q extends ActionRequest, R extends ActionResponse> void doExecute(
                ActionType<R> action,
                Q sent,
                ActionListener<R> listener
            ) {
                assertEquals(EncodeAction.NAME, action.name());
                request.set(sent);
                if (answer instanceof Exception failure) {
                    listener.onFailure(failure);
                } else {
                    listener.onResponse((R) answer);
                }
            }
        }) {
            PlainActionFuture<QueryBuilder> rewritten = PlainActionFuture.newFuture();
            Rewriteable.rewriteAndFetch(query, new BaseQueryRewriteContext(xContentRegistry(), WRITEABLES, client, () -> 0), rewritten);
            return rewritten.actionGet();
        }
    }

    private static EncodeAction.Response encoded(float... vector) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            try (StreamOutput body = Format.first(EncodeAction.Response.class).begin(out)) {
                body.writeString("m");
                body.writeVInt(vector.length);
                body.writeArray(StreamOutput::writeFloatArray, new float[][] { vector });
            }
            return EncodeAction.INSTANCE.getResponseReader().read(out.bytes().streamInput());
        }
    }

    private static BytesReference bytes(ActionRequest request) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            request.writeTo(out);
            return out.bytes();
        }
    }

    public void testTextIsReplacedByItsVector() throws Exception {
        QueryBuilder text = parse("{\"affinity_text\": {\"text\": \"lamp\", \"field\": \"v\"" + REACH + "}}");
        QueryBuilder rewritten = rewrite(text, encoded(0, 1));
        EncodeAction.Request encode = new EncodeAction.Request(
            EncodeProcessor.DEFAULT_MODEL,
            Purpose.QUERY,
            Chunking.TRUNCATE,
            List.of("lamp"),
            TextQueryBuilder.DEFAULT_TIMEOUT
        );
        assertEquals(bytes(encode), bytes(request.get()));
        KnnParameters reach = new KnnParameters(7, 0.25f, QueryBuilders.termQuery("a", "b"));
        QueryBuilder expected = new NearestQueryBuilder(NearestQueryBuilder.near("v", Map.of("lamp", new float[] { 0, 1 })), reach, false);
        assertEquals(expected.boost(3).queryName("n"), rewritten);
        EqualsHashCodeTestUtils.checkEqualsAndHashCode(rewritten, RetrievalQueryBuilderTests::copy);
    }

    public void testFailedEncodingMatchesNothingAndWarns() throws Exception {
        QueryBuilder text = parse("{\"affinity_text\": {\"text\": \"lamp\", \"field\": \"v\"}}");
        for (Exception failure : List.of(
            new OpenSearchRejectedExecutionException("the queue is full"),
            new OpenSearchStatusException("no vectors within [20ms]", RestStatus.SERVICE_UNAVAILABLE),
            new IllegalStateException("cannot be loaded")
        )) {
            QueryBuilder search = new BoolQueryBuilder().should(QueryBuilders.matchQuery("title", "lamp")).should(text);
            BoolQueryBuilder rewritten = (BoolQueryBuilder) rewrite(search, failure);
            assertEquals(List.of(QueryBuilders.matchQuery("title", "lamp"), new MatchNoneQueryBuilder()), rewritten.should());
            assertWarnings("[affinity_text] the text could not be encoded in time: the query [affinity_text] matches nothing");
        }
    }

    public void testUnknownModelFailsTheSearch() throws Exception {
        QueryBuilder text = parse("{\"affinity_text\": {\"text\": \"lamp\", \"field\": \"v\", \"model\": \"no\"}}");
        Exception wrong = new IllegalArgumentException("unknown model [no]; available: [m]");
        assertSame(wrong, expectThrows(IllegalArgumentException.class, () -> rewrite(text, wrong)));
    }

    public void testCannotBeSentBeforeItsLookUp() throws Exception {
        QueryBuilder text = parse("{\"affinity_text\": {\"text\": \"lamp\", \"field\": \"v\"}}");
        QueryBuilder waiting = text.rewrite(new BaseQueryRewriteContext(xContentRegistry(), WRITEABLES, null, () -> 0));
        assertNotEquals(text, waiting);
        assertThrows(IllegalStateException.class, () -> waiting.writeTo(new BytesStreamOutput()));
    }
}
