package org.opensearch.affinity.profile;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

/**
 * Reads the profile that personalises a search, of the user that {@link UserFrom} allows. The action's name is the permission to
 * personalise searches; reading any user's profile requires that of {@link GetProfileAction}, and searches that show what is in a profile
 * that of {@link ExplainProfileAction}, unless the user is the authenticated one.
 */
public final class UseProfileAction extends ActionType<GetProfileAction.Response> {
    public static final String NAME = "cluster:admin/affinity/profile/use";
    public static final UseProfileAction INSTANCE = new UseProfileAction();

    /** How long a search waits for a profile before it continues without one. */
    public static final Setting<TimeValue> TIMEOUT = Setting.timeSetting(
        "affinity.profile_timeout",
        TimeValue.timeValueMillis(50),
        TimeValue.timeValueMillis(1),
        TimeValue.timeValueMinutes(1),
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private UseProfileAction() {
        super(NAME, GetProfileAction.Response::new);
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<GetProfileAction.Request, GetProfileAction.Response> {
        private final Client client;
        private volatile UserFrom userFrom;
        private volatile TimeValue timeout;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster, Settings settings, Client client) {
            super(NAME, transport, filters, GetProfileAction.Request::new);
            this.client = client;
            userFrom = UserFrom.SETTING.get(settings);
            timeout = TIMEOUT.get(settings);
            cluster.getClusterSettings().addSettingsUpdateConsumer(UserFrom.SETTING, changed -> userFrom = changed);
            cluster.getClusterSettings().addSettingsUpdateConsumer(TIMEOUT, changed -> timeout = changed);
        }

        @Override
        protected void doExecute(Task task, GetProfileAction.Request request, ActionListener<GetProfileAction.Response> listener) {
            ThreadContext context = client.threadPool().getThreadContext();
            UserFrom from = userFrom;
            GetProfileAction.Request allowed = request.forUser(from.user(request.user(), context), timeout);
            ActionListener<GetProfileAction.Response> preserving = ContextPreservingActionListener.wrapPreservingContext(listener, context);
            if (request.explains() == false) {
                get(allowed, preserving);
            } else if (from == UserFrom.AUTHENTICATED || allowed.user() == null) {
                get(allowed, ActionListener.map(preserving, GetProfileAction.Response::explained));
            } else {
                // As the caller, whom the security plugin may refuse.
                client.execute(ExplainProfileAction.INSTANCE, new ExplainProfileAction.Request(), ActionListener.wrap(
                    permitted -> get(allowed, ActionListener.map(preserving, GetProfileAction.Response::explained)),
                    e -> {
                        if (ExceptionsHelper.status(e) == RestStatus.FORBIDDEN) {
                            get(allowed, preserving);
                        } else {
                            preserving.onFailure(e);
                        }
                    }
                ));
            }
        }

        /** As the plugin: the caller needs no permission to read profiles. */
        private void get(GetProfileAction.Request allowed, ActionListener<GetProfileAction.Response> listener) {
            ThreadContext context = client.threadPool().getThreadContext();
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                client.execute(GetProfileAction.INSTANCE, allowed, listener);
            }
        }
    }
}
