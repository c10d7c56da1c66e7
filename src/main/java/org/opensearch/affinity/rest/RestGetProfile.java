package org.opensearch.affinity.rest;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.InterestTimeline;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.label.InterestLabels;
import org.opensearch.affinity.profile.label.ProfileDescription;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActionListener;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code GET trackers/{tracker}/users/{user}}: a profile in words. */
public final class RestGetProfile extends BaseRestHandler {
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(10);

    private final InterestLabels labels;

    public RestGetProfile(InterestLabels labels) {
        this.labels = labels;
    }

    @Override
    public String getName() {
        return "affinity_get_profile";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.USER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        String user = request.param("user");
        GetProfileAction.Request get = new GetProfileAction.Request(request.param("tracker"), user, TIMEOUT);
        return channel -> client.execute(GetProfileAction.INSTANCE, get, new RestActionListener<>(channel) {
            @Override
            protected void processResponse(GetProfileAction.Response found) {
                if (found.profile() == null) {
                    String reason = "[affinity] tracker [" + found.tracker().name() + "] has no profile of this user";
                    throw new ResourceNotFoundException(reason);
                }
                describe(client, channel, user, found);
            }
        });
    }

    /** @param user by the name that was asked for, which need not be the one that is stored */
    private void describe(NodeClient client, RestChannel channel, String user, GetProfileAction.Response found) {
        List<Interest> interests = found.profile().heaviestFirst(found.tracker().decay());
        Set<String> seen = found.profile().history().stream().map(Profile.Seen::item).collect(Collectors.toSet());
        ActionListener<ProfileDescription> answer = new RestToXContentListener<>(channel);
        new ItemVectors(client).find(found.tracker().items(), seen, ActionListener.wrap(vectors -> {
            InterestTimeline course = InterestTimeline.of(found.profile(), interests, found.tracker(), vectors);
            labels.label(client, found.tracker().items(), interests, ActionListener.map(answer, words -> {
                return new ProfileDescription(found.tracker(), user, found.profile(), interests, words, course, System.currentTimeMillis());
            }));
        }, answer::onFailure));
    }
}
