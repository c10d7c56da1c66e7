package org.opensearch.affinity.event;

import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.common.lucene.Lucene;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.mapper.SeqNoFieldMapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.Rewriteable;
import org.opensearch.index.shard.IndexShard;
import org.opensearch.indices.IndicesService;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Applies the filters of aliases to the operations of a log shard, as a search by these aliases does. Thread-safe. */
final class LogFilter {
    private final IndicesService indices;
    private final IndexNameExpressionResolver resolver;

    LogFilter(IndicesService indices, IndexNameExpressionResolver resolver) {
        this.indices = indices;
        this.resolver = resolver;
    }

    /** Returns the filter for an index that is reached by these expressions; null if all of its documents pass. */
    QueryBuilder of(String index, String[] expressions, ClusterState state) {
        if (expressions.length == 0) {
            return null;
        }
        return indices.buildAliasFilter(state, index, resolver.resolveExpressions(state, expressions)).getQueryBuilder();
    }

    /**
     * Returns the sequence numbers of the operations that pass a filter. Documents that were overwritten or deleted since are tested as well,
     * as long as the index retains them. The operations must be in the searcher already: {@link IndexShard#newChangesSnapshot} refreshes it.
     *
     * @param from the first sequence number
     * @param to   the last sequence number
     */
    Set<Long> passing(IndexShard shard, QueryBuilder filter, long from, long to) throws IOException {
        Set<Long> passing = new HashSet<>();
        try (
            Engine.SearcherSupplier supplier = shard.acquireSearcherSupplier(Engine.SearcherScope.INTERNAL);
            Engine.Searcher acquired = supplier.acquireSearcher("affinity")
        ) {
            DirectoryReader reader = Lucene.wrapAllDocsLive(acquired.getDirectoryReader());
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            BooleanQuery.Builder operations = new BooleanQuery.Builder();
            operations.add(LongPoint.newRangeQuery(SeqNoFieldMapper.NAME, from, to), Occur.FILTER);
            operations.add(new FieldExistsQuery(SeqNoFieldMapper.PRIMARY_TERM_NAME), Occur.FILTER); // no nested documents
            operations.add(query(shard, filter, searcher), Occur.FILTER);
            searcher.search(operations.build(), new SequenceNumbers(passing));
        }
        return passing;
    }

    private Query query(IndexShard shard, QueryBuilder filter, IndexSearcher searcher) throws IOException {
        QueryShardContext context = indices.indexServiceSafe(shard.shardId().getIndex())
            .newQueryShardContext(shard.shardId().id(), searcher, System::currentTimeMillis, null);
        return Rewriteable.rewrite(filter, context, true).toQuery(context);
    }

    private static final class SequenceNumbers extends SimpleCollector {
        private final Set<Long> numbers;
        private NumericDocValues values;

        SequenceNumbers(Set<Long> numbers) {
            this.numbers = numbers;
        }

        @Override
        protected void doSetNextReader(LeafReaderContext leaf) throws IOException {
            values = leaf.reader().getNumericDocValues(SeqNoFieldMapper.NAME);
        }

        @Override
        public void collect(int doc) throws IOException {
            if (values != null && values.advanceExact(doc)) {
                numbers.add(values.longValue());
            }
        }

        @Override
        public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
        }
    }
}
