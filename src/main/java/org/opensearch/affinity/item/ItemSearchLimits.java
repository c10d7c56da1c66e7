package org.opensearch.affinity.item;

import org.opensearch.action.admin.indices.settings.get.GetSettingsRequest;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexSettings;
import org.opensearch.transport.client.Client;

import java.util.Collection;

/**
 * How much one search of items may ask for, by the settings of the item indices.
 *
 * @param hits at least 1
 * @param ids  at least 1
 */
record ItemSearchLimits(int hits, int ids) {
    /** For indices with the default settings. */
    static final ItemSearchLimits DEFAULT = new ItemSearchLimits(10_000, 500);

    /**
     * Reads the settings of the indices, for the index with the lowest ones.
     *
     * @param index name or alias
     */
    static void read(String index, Client client, ActionListener<ItemSearchLimits> listener) {
        GetSettingsRequest request = new GetSettingsRequest().indices(index)
            .names(IndexSettings.MAX_RESULT_WINDOW_SETTING.getKey(), IndexSettings.MAX_TERMS_COUNT_SETTING.getKey());
        client.admin().indices().getSettings(request, ActionListener.map(listener, response -> {
            Collection<Settings> indices = response.getIndexToSettings().values();
            return new ItemSearchLimits(
                least(IndexSettings.MAX_RESULT_WINDOW_SETTING, indices, DEFAULT.hits),
                least(IndexSettings.MAX_TERMS_COUNT_SETTING, indices, DEFAULT.ids)
            );
        }));
    }

    private static int least(Setting<Integer> setting, Collection<Settings> indices, int most) {
        return indices.stream().mapToInt(setting::get).reduce(most, Math::min);
    }
}
