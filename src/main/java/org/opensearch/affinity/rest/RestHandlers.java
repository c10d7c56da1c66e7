package org.opensearch.affinity.rest;

import org.opensearch.rest.RestHandler;

import java.util.List;

/** The REST handlers of this plugin. */
public final class RestHandlers {
    private RestHandlers() {}

    public static List<RestHandler> all() {
        return List.of(
            new RestPutTracker(),
            new RestGetTrackers(),
            new RestDeleteTracker(),
            new RestRebuild(),
            new RestTrackerStats(),
            new RestGetProfile(),
            new RestForgetUser(),
            new RestOptOut(),
            new RestRecordEvents(),
            new RestEvaluate(),
            new RestTrainModel(),
            new RestTrackerModels(),
            new RestEncode(),
            new RestGetModels(),
            new RestStats()
        );
    }
}
