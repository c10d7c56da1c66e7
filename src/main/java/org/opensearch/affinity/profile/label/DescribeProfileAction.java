package org.opensearch.affinity.profile.label;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.InterestTimeline;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.TrackerRequest;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Describes the profile of one user. It reads the profile by {@link GetProfileAction} with the caller's rights, so the permission {@code
 * cluster:admin/affinity/profile/get} is necessary and sufficient. It has an internal name because it needs no permission of its own.
 */
public final class DescribeProfileAction extends ActionType<ProfileDescription> {
    private static final Logger LOGGER = LogManager.getLogger(DescribeProfileAction.class);
    public static final String NAME = "internal:affinity/profile/describe";
    public static final DescribeProfileAction INSTANCE = new DescribeProfileAction();
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(10);

    private DescribeProfileAction() {
        super(NAME, ProfileDescription::new);
    }

    public static final class Request extends TrackerRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String user;

        public Request(String tracker, String user) {
            super(tracker);
            this.user = user;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            user = in.readString();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(user);
            }
        }
    }

    /** Runs on the node that receives the request. Fails with {@link ResourceNotFoundException} if the user has no profile. */
    public static final class Transport extends HandledTransportAction<Request, ProfileDescription> {
        private final Client client;
        private final InterestLabels labels;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, Client client, InterestLabels labels) {
            super(NAME, transport, filters, Request::new);
            this.client = client;
            this.labels = labels;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<ProfileDescription> listener) {
            // Vectors and texts of items are read with the plugin's rights; the caller's listener gets its own context back.
            ActionListener<ProfileDescription> callers = ContextPreservingActionListener.wrapPreservingContext(
                listener,
                client.threadPool().getThreadContext()
            );
            GetProfileAction.Request get = new GetProfileAction.Request(request.tracker(), request.user, TIMEOUT);
            client.execute(GetProfileAction.INSTANCE, get, ActionListener.wrap(found -> {
                if (found.profile() == null) {
                    throw new ResourceNotFoundException("[affinity] tracker [" + request.tracker() + "] has no profile of this user");
                }
                describe(found, request.user, callers);
            }, callers::onFailure));
        }

        private void describe(GetProfileAction.Response found, String user, ActionListener<ProfileDescription> listener) {
            Tracker tracker = found.tracker();
            Profile profile = found.profile();
            List<Interest> interests = profile.heaviestFirst(tracker.decay());
            Set<String> items = profile.history().stream().map(Profile.Seen::item).collect(Collectors.toSet());
            new ItemVectors(client).find(tracker.items(), items, ActionListener.wrap(vectors -> {
                InterestTimeline timeline = InterestTimeline.of(profile, interests, tracker, vectors);
                labels.label(client, tracker.items(), interests, ActionListener.wrap(of -> {
                    groups(found, Signal.CONCEPTS, items, ActionListener.wrap(concepts -> {
                        groups(found, Signal.SEGMENTS, items, ActionListener.map(listener, segments -> {
                            return new ProfileDescription(tracker, user, profile, of, timeline, System.currentTimeMillis(), concepts, segments);
                        }));
                    }, listener::onFailure));
                }, listener::onFailure));
            }, listener::onFailure));
        }

        /**
         * Reads how far the user belongs to the concepts or segments of the active model; null without one, or if it cannot be read: a profile
         * can without it.
         */
        private void groups(GetProfileAction.Response found, String part, Set<String> items, ActionListener<LabelledGroups> listener) {
            if (found.model() == null) {
                listener.onResponse(null);
                return;
            }
            int number = found.model().number();
            LabelledGroups.Source source = new LabelledGroups.Source(IndexNames.MODELS.index(found.tracker().name(), number), number, part);
            ThreadContext context = client.threadPool().getThreadContext();
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                LabelledGroups.read(client, labels, found.tracker().items(), source, List.copyOf(items), LabelledGroups.OF_USER, ActionListener.wrap(
                    listener::onResponse,
                    e -> {
                        LOGGER.debug("cannot read the {} of model [{}]", part, number, RedactedException.of(e));
                        listener.onResponse(null);
                    }
                ));
            }
        }
    }
}
