package org.opensearch.affinity.train;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.bulk.BackoffPolicy;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.support.RetryableAction;
import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.QueryText;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rescore.SignalLoggingSearch;
import org.opensearch.affinity.retrieve.ForYouQueryBuilder;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.fusion.TrainingExample;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Makes training examples of judged queries: repeats the search of each query with the user's profile as of that time, and logs the
 * values that its hits may be ranked by. The values of a hit are the logarithm of its relevance score, and those of
 * {@link SignalLoggingSearch#names}. Calls block; thread-safe.
 */
final class TrainingExamples {
    /** The name of the first value. */
    static final String RELEVANCE = "relevance";
    private static final Logger LOGGER = LogManager.getLogger(TrainingExamples.class);
    /** Number of interactions that a profile is made of. */
    private static final int MAX_HISTORY = 100;
    private static final double MIN_RELEVANCE = 1e-6;
    private static final TimeValue ENCODE_TIMEOUT = TimeValue.timeValueSeconds(30);
    private static final TimeValue RETRY_DELAY = TimeValue.timeValueMillis(500);
    private static final int MAX_RETRIES = 60;

    private final Client client;
    private final RankNode node;
    private final Tracker tracker;
    private final GetProfileAction.Response common;
    private final String model;
    private final float recencyDecay;
    private final Interactions interactions;
    private final UserNames names;
    private final TrainingQueries queries;
    private final ItemVectors vectors;

    /**
     * @param common        the profile data that all users of the tracker share; its profile is not used
     * @param model         index of the model whose signals are logged
     * @param recencyDecay  of histories, as in that model
     * @param interactions  sorted
     * @param names         the names of users in the interactions
     * @param queries       give the searches, and count those without an example
     */
    TrainingExamples(
        TrainingResources resources,
        GetProfileAction.Response common,
        String model,
        float recencyDecay,
        Interactions interactions,
        UserNames names,
        TrainingQueries queries
    ) {
        this.common = common;
        this.model = model;
        this.recencyDecay = recencyDecay;
        this.interactions = interactions;
        this.names = names;
        this.queries = queries;
        client = resources.searches();
        node = resources.node();
        tracker = common.tracker();
        vectors = new ItemVectors(client);
    }

    /** Returns the names of an example's values, in their order. */
    static List<String> names(Tracker tracker) {
        List<String> names = new ArrayList<>(List.of(RELEVANCE));
        names.addAll(SignalLoggingSearch.names(tracker));
        return names;
    }

    /**
     * Returns the example of a query. Returns null if no relevant item is among the hits, or if the query's own search reads the
     * user's stored profile and that has later interactions, which may reveal the chosen items.
     */
    TrainingExample of(JudgedQuery query) {
        if (queries.areByProfile() && interactions.hasSince(names.of(query.user()), query.time())) {
            queries.counts().drop(QueryCounts.Dropped.LATER_EVENTS, 1);
            return null;
        }
        SearchSourceBuilder search = queries.search(query);
        String text = query.text().isEmpty() ? QueryText.of(search).text() : query.text();
        SearchHit[] hits = hits(search, scoring(query, text, text == null ? new float[0] : encode(text)));
        return example(query, hits, TrainingExamples::logarithm, queries.counts());
    }

    /**
     * Returns the example of the query {@code affinity} that the user might have made instead, without a text. Its relevance is always 0.
     * Returns null if no relevant item is among the hits.
     *
     * @param counts of queries without an example
     */
    TrainingExample forYou(JudgedQuery query, QueryCounts counts) {
        Scoring scoring = scoring(query, null, new float[0]);
        SearchSourceBuilder search = new SearchSourceBuilder().query(ForYouQueryBuilder.ofAllSources(scoring, node));
        return example(query, hits(search, scoring), hit -> 0, counts);
    }

    /** The scoring as of the time of the query, which logs all signals. */
    private Scoring scoring(JudgedQuery query, String text, float[] vector) {
        Profile profile = profile(query);
        GetProfileAction.Response asOf = new GetProfileAction.Response(tracker, profile, common.common(), common.itemTable(), null);
        return SignalLoggingSearch.scoring(asOf, model, recencyDecay, text, vector, query.time(), Map.of());
    }

    /** Runs a search with a rescorer that logs signals and does not change the order. */
    private SearchHit[] hits(SearchSourceBuilder search, Scoring scoring) {
        search.from(0).size(Ranking.DEFAULT_WINDOW_SIZE).fetchSource(false).trackTotalHits(false);
        if (isIdField() == false) {
            search.docValueField(tracker.items().idField());
        }
        search.addRescorer(SignalLoggingSearch.rescorer(tracker, scoring, node));
        SearchRequest request = new SearchRequest(tracker.items().index()).source(search).pipeline("_none");
        return client.search(request).actionGet().getHits().getHits();
    }

    /** Null if no hit is a relevant item. */
    private TrainingExample example(JudgedQuery query, SearchHit[] hits, ToDoubleFunction<SearchHit> relevance, QueryCounts counts) {
        int[] chosen = IntStream.range(0, hits.length).filter(hit -> query.relevant().containsKey(itemId(hits[hit]))).toArray();
        if (chosen.length == 0) {
            counts.drop(QueryCounts.Dropped.NO_RELEVANT_HIT, 1);
            return null;
        }
        float[][] values = Arrays.stream(hits).map(hit -> values(hit, relevance.applyAsDouble(hit))).toArray(float[][]::new);
        return new TrainingExample(values, chosen);
    }

    private boolean isIdField() {
        return tracker.items().idField().equals("_id");
    }

    /** Returns an empty string for a document without an item id. */
    private String itemId(SearchHit hit) {
        if (isIdField()) {
            return hit.getId();
        }
        DocumentField field = hit.field(tracker.items().idField());
        return field == null ? "" : field.getValue().toString();
    }

    private static double logarithm(SearchHit hit) {
        return Math.log(Math.max(MIN_RELEVANCE, hit.getScore()));
    }

    private static float[] values(SearchHit hit, double relevance) {
        float[] signals = SignalLoggingSearch.values(hit);
        float[] values = new float[signals.length + 1];
        values[0] = (float) relevance;
        System.arraycopy(signals, 0, values, 1, signals.length);
        return values;
    }

    /** Returns the user's profile as of the time of the query; null if it would be empty. */
    private Profile profile(JudgedQuery query) {
        String user = names.of(query.user());
        List<Interactions.Interaction> history = interactions.before(user, query.time(), MAX_HISTORY);
        if (history.isEmpty()) {
            return null;
        }
        List<String> items = history.stream().map(Interactions.Interaction::item).distinct().toList();
        Map<String, float[]> found = Blocking.await(listener -> vectors.find(tracker.items(), items, listener));
        List<Profile.Interaction> done = new ArrayList<>();
        for (Interactions.Interaction interaction : history) {
            float[] vector = found.get(interaction.item());
            if (vector != null && vector.length > 0) {
                done.add(
                    new Profile.Interaction(interaction.item(), interaction.time(), vector, interaction.weight(), interaction.rating(), interaction.action())
                );
            }
        }
        return done.isEmpty() ? null : Profile.of(user, done, tracker);
    }

    /** Returns the unit vector of a text; empty if the node has no encoder, because items are encoded elsewhere. */
    private float[] encode(String text) {
        EncodeAction.Request request = new EncodeAction.Request(
            EncodeProcessor.DEFAULT_MODEL,
            Purpose.QUERY,
            Chunking.TRUNCATE,
            List.of(text),
            ENCODE_TIMEOUT
        );
        PlainActionFuture<EncodeAction.Response> response = PlainActionFuture.newFuture();
        BackoffPolicy backoff = BackoffPolicy.constantBackoff(RETRY_DELAY, MAX_RETRIES);
        // Retries while the queue of the encoder is full, so that other requests go first.
        new RetryableAction<>(LOGGER, client.threadPool(), RETRY_DELAY, ENCODE_TIMEOUT, response, backoff, ThreadPool.Names.SAME) {
            @Override
            public void tryAction(ActionListener<EncodeAction.Response> listener) {
                client.execute(EncodeAction.INSTANCE, request, listener);
            }

            @Override
            public boolean shouldRetry(Exception e) {
                return ExceptionsHelper.status(e) == RestStatus.TOO_MANY_REQUESTS;
            }
        }.run();
        try {
            return response.actionGet().vectors()[0];
        } catch (IllegalArgumentException e) {
            return new float[0];
        }
    }
}
