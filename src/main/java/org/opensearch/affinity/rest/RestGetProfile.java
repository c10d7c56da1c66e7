package org.opensearch.affinity.rest;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.track.Decay;
import org.opensearch.affinity.track.GetProfileAction;
import org.opensearch.affinity.track.Interest;
import org.opensearch.affinity.track.InterestLabels;
import org.opensearch.affinity.track.InterestLabels.Label;
import org.opensearch.affinity.track.Profile;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestResponse;
import org.opensearch.rest.action.RestBuilderListener;
import org.opensearch.rest.action.RestActionListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** {@code GET trackers/{tracker}/users/{user}}: a profile in words. */
public final class RestGetProfile extends BaseRestHandler {
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(10);

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
        InterestLabels labels = new InterestLabels(client);
        return channel -> client.execute(GetProfileAction.INSTANCE, get, new RestActionListener<>(channel) {
            @Override
            protected void processResponse(GetProfileAction.Response found) throws IOException {
                if (found.profile() == null) {
                    String reason = "[affinity] tracker [" + found.tracker().name() + "] has no profile of this user";
                    throw new ResourceNotFoundException(reason);
                }
                List<Interest> interests = found.profile().heaviestFirst(found.tracker().decay());
                labels.label(found.tracker().items(), interests, answer(channel, user, found, interests));
            }
        });
    }

    /** @param user by the name that was asked for, which need not be the one that is stored */
    private static ActionListener<List<Label>> answer(
        RestChannel channel,
        String user,
        GetProfileAction.Response found,
        List<Interest> interests
    ) {
        return new RestBuilderListener<>(channel) {
            @Override
            public RestResponse buildResponse(List<Label> labels, XContentBuilder builder) throws IOException {
                Profile profile = found.profile();
                builder.startObject().field("tracker", found.tracker().name()).field("user", user);
                builder.field("events", profile.events()).field("last_event", Instant.ofEpochMilli(profile.lastEvent()).toString());
                interests(builder, profile.lastEvent(), found.tracker().decay(), interests, labels);
                builder.startArray("history");
                for (Profile.Seen seen : profile.history()) {
                    builder.startObject().field("item", seen.item()).field("action", seen.action());
                    builder.field("time", Instant.ofEpochMilli(seen.time()).toString()).endObject();
                }
                return new BytesRestResponse(RestStatus.OK, builder.endArray().endObject());
            }
        };
    }

    private static void interests(XContentBuilder builder, long now, Decay decay, List<Interest> interests, List<Label> labels)
        throws IOException {
        double total = interests.stream().mapToDouble(interest -> interest.weightAt(now, decay)).sum();
        builder.startArray("interests");
        for (int i = 0; i < interests.size(); i++) {
            Interest interest = interests.get(i);
            Label label = labels.get(i);
            double weight = interest.weightAt(now, decay);
            builder.startObject().field("number", i + 1).field("label", String.join(" ", label.terms()));
            builder.field("liked", interest.liked()).field("share", weight / total).field("weight", weight);
            builder.field("last_seen", Instant.ofEpochMilli(interest.lastSeen()).toString()).field("events", interest.events());
            builder.startArray("examples");
            for (Interest.Example example : interest.examples()) {
                builder.startObject().field("item", example.item());
                if (label.titles().containsKey(example.item())) {
                    builder.field("title", label.titles().get(example.item()));
                }
                builder.endObject();
            }
            builder.endArray().endObject();
        }
        builder.endArray();
    }
}
