package org.opensearch.affinity.train;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.bulk.BackoffPolicy;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.support.RetryableAction;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rescore.SignalLoggingSearch;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Asks searches that were made once more, with what was known of the person then, and keeps by which values their hits could be
 * ranked. A hit's values are the logarithm of its relevance and those of {@link SignalLoggingSearch#names}. Calls block, so they are
 * for threads of our own; several may ask at once.
 */
final class TrainingExamples {
    private static final Logger LOGGER = LogManager.getLogger(TrainingExamples.class);
    /** The name of the first value. */
    static final String RELEVANCE = "relevance";
    /** As much of a history as a profile shows of itself, and more than matters. */
    private static final int HISTORY = 100;
    private static final double LEAST_RELEVANCE = 1e-6;
    private static final TimeValue ENCODED_WITHIN = TimeValue.timeValueSeconds(30);
    private static final TimeValue PAUSE = TimeValue.timeValueMillis(500);
    private static final int PAUSES = 60;
    private static final long SEED = 20_260_101L;

    private final Client client;
    private final RankNode node;
    private final Tracker tracker;
    private final GetProfileAction.Response known;
    private final String model;
    private final float keep;
    private final Interactions acts;
    private final UserNames names;
    private final boolean byProfile;
    private final ItemVectors vectors;

    /**
     * @param known for its tracker, population and item table; whose profile it is does not matter
     * @param model index of the model that the values are of
     * @param keep  what each item of a history counts of the next newer one
     * @param acts  sorted
     * @param names by what names users are in the acts
     * @param byProfile whether the searches themselves ask for somebody's profile
     */
    TrainingExamples(Client client, RankNode node, GetProfileAction.Response known, String model, float keep, Interactions acts, UserNames names, boolean byProfile) {
        this.client = client;
        this.node = node;
        this.known = known;
        this.model = model;
        this.keep = keep;
        this.acts = acts;
        this.names = names;
        this.byProfile = byProfile;
        tracker = known.tracker();
        vectors = new ItemVectors(client);
    }

    /** What a hit is ranked by, in the order of a lesson's values. */
    static List<String> names(Tracker tracker) {
        List<String> names = new ArrayList<>(List.of(RELEVANCE));
        names.addAll(SignalLoggingSearch.names(tracker));
        return names;
    }

    /**
     * One lesson; null where nothing that was wanted is among the hits, from which nothing can be learned, and where the search
     * itself would look up what was wanted in a profile that knows it by now.
     *
     * @param search of the question; it is changed
     * @param others how many hits that were not wanted are kept, drawn by chance
     */
    TrainingExample ask(JudgedQuery question, SearchSourceBuilder search, int others) {
        if (byProfile && acts.hasSince(names.of(question.user()), question.time())) {
            return null;
        }
        search.from(0).size(Ranking.DEFAULT_WINDOW_SIZE).fetchSource(false).trackTotalHits(false);
        boolean byDocument = tracker.items().idField().equals("_id");
        if (byDocument == false) {
            search.docValueField(tracker.items().idField());
        }
        GetProfileAction.Response asOf = new GetProfileAction.Response(tracker, profile(question), known.common(), known.itemTable(), null);
        float[] vector = question.text().isEmpty() ? new float[0] : encoded(question.text());
        search.addRescorer(SignalLoggingSearch.rescorer(asOf, model, keep, question.text().isEmpty() ? null : question.text(), vector, question.time(), Map.of(), node));
        SearchHit[] hits = client.search(new SearchRequest(tracker.items().index()).source(search).pipeline("_none")).actionGet().getHits().getHits();
        int[] chosen = IntStream.range(0, hits.length).filter(i -> question.relevant().containsKey(item(hits[i], byDocument))).toArray();
        return chosen.length == 0 ? null : lesson(hits, chosen, others, question);
    }

    private String item(SearchHit hit, boolean byDocument) {
        DocumentField field = byDocument ? null : hit.field(tracker.items().idField());
        return byDocument ? hit.getId() : field == null ? "" : field.getValue().toString();
    }

    private static TrainingExample lesson(SearchHit[] hits, int[] chosen, int others, JudgedQuery question) {
        TrainingExample all = new TrainingExample(IntStream.range(0, hits.length).mapToObj(i -> values(hits[i])).toArray(float[][]::new), chosen);
        if (hits.length - chosen.length <= others) {
            return all;
        }
        Random random = new Random(SEED ^ question.hashCode());
        List<float[]> kept = new ArrayList<>();
        int left = others;
        int candidates = hits.length - chosen.length;
        List<Integer> keptChosen = new ArrayList<>();
        for (int hit = 0; hit < hits.length; hit++) {
            if (all.isChosen(hit)) {
                keptChosen.add(kept.size());
                kept.add(all.values()[hit]);
            } else if (random.nextInt(candidates--) < left) {
                left--;
                kept.add(all.values()[hit]);
            }
        }
        return new TrainingExample(kept.toArray(float[][]::new), keptChosen.stream().mapToInt(Integer::intValue).toArray());
    }

    private static float[] values(SearchHit hit) {
        float[] told = SignalLoggingSearch.values(hit);
        float[] values = new float[told.length + 1];
        values[0] = (float) Math.log(Math.max(LEAST_RELEVANCE, hit.getScore()));
        System.arraycopy(told, 0, values, 1, told.length);
        return values;
    }

    /** The profile as it was before the question; null where there was none. */
    private Profile profile(JudgedQuery question) {
        String user = names.of(question.user());
        List<Interactions.Act> past = acts.before(user, question.time(), HISTORY);
        if (past.isEmpty()) {
            return null;
        }
        PlainActionFuture<Map<String, float[]>> found = PlainActionFuture.newFuture();
        vectors.find(tracker.items(), past.stream().map(Interactions.Act::item).distinct().toList(), found);
        Map<String, float[]> known = found.actionGet();
        List<Profile.Interaction> done = new ArrayList<>();
        for (Interactions.Act act : past) {
            float[] vector = known.get(act.item());
            if (vector != null && vector.length > 0) {
                done.add(new Profile.Interaction(act.item(), act.time(), vector, act.weight()));
            }
        }
        return done.isEmpty() ? null : Profile.of(user, done, tracker);
    }

    private float[] encoded(String text) {
        EncodeAction.Request encode = new EncodeAction.Request(
            EncodeProcessor.DEFAULT_MODEL,
            Purpose.QUERY,
            Chunking.TRUNCATE,
            List.of(text),
            ENCODED_WITHIN
        );
        PlainActionFuture<EncodeAction.Response> answer = PlainActionFuture.newFuture();
        // Others are served first: while the encoder has no room for more, this can wait.
        new RetryableAction<>(LOGGER, client.threadPool(), PAUSE, ENCODED_WITHIN, answer, BackoffPolicy.constantBackoff(PAUSE, PAUSES), ThreadPool.Names.SAME) {
            @Override
            public void tryAction(ActionListener<EncodeAction.Response> listener) {
                client.execute(EncodeAction.INSTANCE, encode, listener);
            }

            @Override
            public boolean shouldRetry(Exception e) {
                return ExceptionsHelper.status(e) == RestStatus.TOO_MANY_REQUESTS;
            }
        }.run();
        try {
            return answer.actionGet().vectors()[0];
        } catch (IllegalArgumentException e) {
            return new float[0]; // items are encoded elsewhere: what a query means is not known here
        }
    }
}
