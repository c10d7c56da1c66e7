package org.opensearch.affinity.profile;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;

import java.util.Arrays;
import java.util.Locale;

/** The source of the user whose profile a search uses. */
public enum UserFrom {
    /** The search request: a caller may use any user's profile. For clusters behind a service that authenticates its users. */
    REQUEST,
    /** The security plugin: a caller may use the profile of the authenticated user only. */
    AUTHENTICATED;

    /** The cluster setting. */
    public static final Setting<UserFrom> SETTING = new Setting<>(
        "affinity.user_from",
        REQUEST.toString(),
        UserFrom::parse,
        Property.NodeScope,
        Property.Dynamic
    );

    /** The thread context's key of {@code name|backend roles|roles|tenant} of the security plugin; bars within a part are escaped. */
    static final String SECURITY_USER = "_opendistro_security_user_info";

    private static UserFrom parse(String name) {
        return Arrays.stream(values())
            .filter(from -> from.toString().equals(name))
            .findAny()
            .orElseThrow(() -> new IllegalArgumentException("unknown source of users [" + name + "]; one of " + Arrays.toString(values())));
    }

    /**
     * Returns the user whose profile a search uses.
     *
     * @param requested the user that the search names; null if it names none
     * @param context   the thread context of the search
     * @return null if the source is the request and it names none
     * @throws OpenSearchStatusException (403) if the search may not use this user's profile, or is not authenticated
     */
    String user(String requested, ThreadContext context) {
        if (this == REQUEST) {
            return requested;
        }
        if (context.getTransient(SECURITY_USER) instanceof String info && info.isEmpty() == false) {
            String name = info.split("(?<!\\\\)\\|", -1)[0].replace("\\|", "|");
            if (requested == null || requested.equals(name)) {
                return name;
            }
            throw new OpenSearchStatusException(
                "[affinity] [user] is not the authenticated user; omit it, because [" + SETTING.getKey() + "] is [" + this + "]",
                RestStatus.FORBIDDEN
            );
        }
        throw new OpenSearchStatusException(
            "[affinity] [" + SETTING.getKey() + "] is [" + this + "], and the security plugin has authenticated no user",
            RestStatus.FORBIDDEN
        );
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
