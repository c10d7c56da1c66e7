package org.opensearch.affinity.integ.bench.rescore;

import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.follow.FoldedLog;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rescore.RescoreStages;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures the stages of rescoring outside of the node, over the node's files and with the same profiles. */
final class RescoreStageTimes {
    private static final double SECONDS = 4;

    private final SyntheticShop shop;
    private final RescoreIndex index;
    private final Path data;
    private final FoldedLog log;

    /** @param data the node's data folder */
    RescoreStageTimes(SyntheticShop shop, RescoreIndex index, Path data) throws IOException {
        this.shop = shop;
        this.index = index;
        this.data = data;
        try (
            XContentParser parser = JsonXContent.jsonXContent.createParser(
                NamedXContentRegistry.EMPTY, DeprecationHandler.THROW_UNSUPPORTED_OPERATION, index.trackerDefinition())
        ) {
            log = new FoldedLog(Tracker.parse(index.tracker(), parser));
        }
        shop.actions().forEach(action -> {
            double weight = RescoreIndex.ACTIONS.get(action.name());
            log.take(action.shopper().user(), SyntheticShop.id(action.item()), action.name(), weight, action.time().toEpochMilli(),
                unit(action.item()));
        });
    }

    private float[] unit(int item) {
        int[] vector = shop.vector(item);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = vector[i];
        }
        return VectorUtil.l2normalize(unit);
    }

    /** Measures the stages over the first shard. */
    RescoreStages.Times measure(RescoreCell cell) throws IOException {
        List<Query> queries = new ArrayList<>();
        for (int number = 0; number < RescoreMeasurements.QUERIES; number++) {
            BooleanQuery.Builder words = new BooleanQuery.Builder();
            for (String word : SyntheticShop.query(number).split(" ")) {
                words.add(new TermQuery(new Term("title", word)), Occur.SHOULD);
            }
            queries.add(words.build());
        }
        List<GetProfileAction.Response> found = shop.shoppers(cell.interests())
            .stream()
            .map(shopper -> log.found(shopper.user(), RescoreStages.table()))
            .toList();
        try (RescoreStages stages = new RescoreStages(index.files(data, cell.shards()), log.rows())) {
            return stages.measure(queries, found, cell.window(), SECONDS);
        }
    }
}
