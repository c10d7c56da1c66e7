package org.opensearch.affinity.rank;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.ingest.ConfigurationUtils;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.pipeline.AbstractProcessor;
import org.opensearch.search.pipeline.Processor;
import org.opensearch.search.pipeline.SearchRequestProcessor;

import java.util.Map;

/**
 * Search pipeline processor {@code affinity}: where a search says in {@code ext.affinity} who searches, it adds the
 * rescorer, after those that the search has. Its configuration gives what the search leaves unsaid.
 */
public final class AffinityRequestProcessor extends AbstractProcessor implements SearchRequestProcessor {
    public static final String TYPE = "affinity";

    private final AffinityRequest defaults;

    private AffinityRequestProcessor(String tag, String description, boolean ignoreFailure, AffinityRequest defaults) {
        super(tag, description, ignoreFailure);
        this.defaults = defaults;
    }

    @Override
    public SearchRequest processRequest(SearchRequest search) {
        SearchSourceBuilder source = search.source();
        AffinityExtBuilder ext = source == null ? null : ext(source);
        if (ext == null) {
            return search;
        }
        AffinityRescorerBuilder rescorer = new AffinityRescorerBuilder(ext.request().orElse(defaults));
        boolean sorted = source.sorts() != null && source.sorts().isEmpty() == false;
        if (search.scroll() != null || sorted || source.collapse() != null) {
            HeaderWarning.addWarning("[affinity] a sorted, scrolled or collapsed search cannot be rescored: the results are not personalised");
            return search;
        }
        source.addRescorer(rescorer);
        return search;
    }

    private static AffinityExtBuilder ext(SearchSourceBuilder source) {
        return source.ext()
            .stream()
            .filter(AffinityExtBuilder.class::isInstance)
            .map(AffinityExtBuilder.class::cast)
            .findFirst()
            .orElse(null);
    }

    @Override
    public String getType() {
        return TYPE;
    }

    /** Configuration: {@code tracker}, {@code weight}, {@code window_size}, all optional. */
    public static final class Factory implements Processor.Factory<SearchRequestProcessor> {
        @Override
        public SearchRequestProcessor create(
            Map<String, Processor.Factory<SearchRequestProcessor>> factories,
            String tag,
            String description,
            boolean ignoreFailure,
            Map<String, Object> config,
            Processor.PipelineContext context
        ) {
            String tracker = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, config, "tracker");
            Float weight = number(tag, config, "weight") instanceof Number number ? number.floatValue() : null;
            Integer window = number(tag, config, "window_size") instanceof Number number ? wholeNumber(tag, number) : null;
            AffinityRequest defaults = new AffinityRequest(tracker, null, weight, window);
            return new AffinityRequestProcessor(tag, description, ignoreFailure, defaults);
        }

        private static int wholeNumber(String tag, Number number) {
            if (number instanceof Integer whole) {
                return whole;
            }
            throw ConfigurationUtils.newConfigurationException(TYPE, tag, "window_size", "must be a whole number, got [" + number + "]");
        }

        private static Object number(String tag, Map<String, Object> config, String property) {
            Object value = config.remove(property);
            if (value == null || value instanceof Number) {
                return value;
            }
            throw ConfigurationUtils.newConfigurationException(TYPE, tag, property, "must be a number, got [" + value + "]");
        }
    }
}
