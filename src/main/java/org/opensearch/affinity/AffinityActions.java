package org.opensearch.affinity;

import org.opensearch.action.ActionRequest;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.ModelsAction;
import org.opensearch.affinity.evaluate.EvaluateAction;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.event.RecordEventsAction;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.follow.WatchRebuildAction;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.GetTrackersAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.model.ReadGroupsAction;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.OptOutAction;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.profile.label.DescribeProfileAction;
import org.opensearch.affinity.profile.label.GetGroupsAction;
import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.plugins.ActionPlugin.ActionHandler;

import java.util.List;

/** The actions of this plugin, with the classes that run them. */
final class AffinityActions {
    private AffinityActions() {}

    static List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> all() {
        return List.of(
            new ActionHandler<>(PutTrackerAction.INSTANCE, PutTrackerAction.Transport.class),
            new ActionHandler<>(GetTrackersAction.INSTANCE, GetTrackersAction.Transport.class),
            new ActionHandler<>(DeleteTrackerAction.INSTANCE, DeleteTrackerAction.Transport.class),
            new ActionHandler<>(RebuildAction.INSTANCE, RebuildAction.Transport.class),
            new ActionHandler<>(WatchRebuildAction.INSTANCE, WatchRebuildAction.Transport.class),
            new ActionHandler<>(TrackerStatsAction.INSTANCE, TrackerStatsAction.Transport.class),
            new ActionHandler<>(RecordEventsAction.INSTANCE, RecordEventsAction.Transport.class),
            new ActionHandler<>(ReadEventsAction.INSTANCE, ReadEventsAction.Transport.class),
            new ActionHandler<>(GetProfileAction.INSTANCE, GetProfileAction.Transport.class),
            new ActionHandler<>(DescribeProfileAction.INSTANCE, DescribeProfileAction.Transport.class),
            new ActionHandler<>(GetGroupsAction.INSTANCE, GetGroupsAction.Transport.class),
            new ActionHandler<>(ForgetUserAction.INSTANCE, ForgetUserAction.Transport.class),
            new ActionHandler<>(OptOutAction.INSTANCE, OptOutAction.Transport.class),
            new ActionHandler<>(UseProfileAction.INSTANCE, UseProfileAction.Transport.class),
            new ActionHandler<>(ExplainProfileAction.INSTANCE, ExplainProfileAction.Transport.class),
            new ActionHandler<>(GetItemVectorsAction.INSTANCE, GetItemVectorsAction.Transport.class),
            new ActionHandler<>(EvaluateAction.INSTANCE, EvaluateAction.Transport.class),
            new ActionHandler<>(TrainAction.INSTANCE, TrainAction.Transport.class),
            new ActionHandler<>(GetModelsAction.INSTANCE, GetModelsAction.Transport.class),
            new ActionHandler<>(ReadGroupsAction.INSTANCE, ReadGroupsAction.Transport.class),
            new ActionHandler<>(UseModelAction.INSTANCE, UseModelAction.Transport.class),
            new ActionHandler<>(EncodeAction.INSTANCE, EncodeAction.Transport.class),
            new ActionHandler<>(ModelsAction.INSTANCE, ModelsAction.Transport.class),
            new ActionHandler<>(StatsAction.INSTANCE, StatsAction.Transport.class)
        );
    }
}
