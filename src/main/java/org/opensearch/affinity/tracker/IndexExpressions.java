package org.opensearch.affinity.tracker;

import org.opensearch.action.support.IndicesOptions;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.core.index.Index;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names, aliases, data streams and patterns by which trackers name indices, and the indices that they mean. Indices that do not exist are
 * left out. A pattern means neither hidden indices nor those whose names begin with a dot, except the backing indices of data streams that it
 * matches. Indices of this plugin are never meant.
 */
public final class IndexExpressions {
    private static final Pattern NAME = Pattern.compile("[.\\p{Ll}\\p{Lo}\\p{Nd}][^\\p{Lu}\\\\/*?\"<>| ,#:]*");
    private static final int MAX_LENGTH = 255;
    /** Names of missing indices mean nothing; closed indices are returned. */
    private static final IndicesOptions LENIENT = IndicesOptions.fromOptions(true, true, true, false);

    /** For requests to indices by the same expressions: missing and closed indices are left out. */
    public static final IndicesOptions OPEN = IndicesOptions.fromOptions(true, true, true, false, true, true, false, false);

    private IndexExpressions() {}

    /**
     * Requires one name, alias or pattern. Wildcards alone are refused: they would mean every index of the cluster.
     *
     * @param wanted what is allowed, for the error
     */
    static void requireLegal(String expression, String wanted, FieldPath path) {
        String name = expression.replace("*", "");
        if (expression.equals("_all") || expression.isEmpty() == false && name.isEmpty()) {
            throw path.mustBe(wanted + "; a pattern needs letters, as [*] alone would follow every index of the cluster", expression);
        }
        boolean legal = NAME.matcher(name).matches() && name.length() <= MAX_LENGTH;
        if (legal == false || name.startsWith(IndexNames.PREFIX)) {
            throw path.mustBe(wanted, expression);
        }
        if (isPattern(expression) && expression.startsWith(".")) {
            throw path.error(
                "a pattern does not match indices whose names begin with a dot: name them one by one, or by their alias or data stream, got ["
                    + expression + "]"
            );
        }
    }

    private static boolean isPattern(String expression) {
        return expression.indexOf('*') >= 0;
    }

    /** Whether an expression is the name of a data stream. */
    public static boolean isDataStream(String expression, ClusterState state) {
        IndexAbstraction named = state.metadata().getIndicesLookup().get(expression);
        return named != null && named.getType() == IndexAbstraction.Type.DATA_STREAM;
    }

    /** The open indices that expressions mean. */
    public static List<IndexMetadata> open(String[] expressions, ClusterState state, IndexNameExpressionResolver resolver) {
        List<IndexMetadata> indices = new ArrayList<>(all(expressions, state, resolver));
        indices.removeIf(index -> index.getState() != IndexMetadata.State.OPEN);
        return indices;
    }

    /** The indices that expressions mean; closed ones only where an expression names them or their alias. */
    public static List<IndexMetadata> all(String[] expressions, ClusterState state, IndexNameExpressionResolver resolver) {
        Map<Index, IndexMetadata> indices = new LinkedHashMap<>();
        for (String expression : expressions) {
            for (Index index : resolver.concreteIndices(state, LENIENT, true, expression)) {
                if (means(expression, index.getName(), state)) {
                    indices.put(index, state.metadata().getIndexSafe(index));
                }
            }
        }
        return List.copyOf(indices.values());
    }

    private static boolean means(String expression, String index, ClusterState state) {
        if (index.startsWith(IndexNames.PREFIX)) {
            return false;
        }
        IndexAbstraction.DataStream stream = state.metadata().getIndicesLookup().get(index).getParentDataStream();
        String named = stream == null ? index : stream.getName();
        return isPattern(expression) == false || named.startsWith(".") == false;
    }
}
