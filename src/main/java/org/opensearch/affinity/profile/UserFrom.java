package org.opensearch.affinity.profile;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;

import java.util.Arrays;
import java.util.Locale;

/** Who says whose profile a search uses. */
public enum UserFrom {
    /** The search: whoever may be personalised may be so as anybody. For clusters behind a service that knows its users. */
    REQUEST,
    /** The security plugin: the user who searches, and nobody else. */
    AUTHENTICATED;

    /** The cluster setting. */
    public static final Setting<UserFrom> SETTING = new Setting<>(
        "affinity.user_from",
        REQUEST.toString(),
        UserFrom::parse,
        Property.NodeScope,
        Property.Dynamic
    );

    /** Where the security plugin leaves {@code name|backend roles|roles|tenant}; bars within a part are escaped. */
    static final String SECURITY_USER = "_opendistro_security_user_info";

    private static UserFrom parse(String name) {
        return Arrays.stream(values())
            .filter(from -> from.toString().equals(name))
            .findAny()
            .orElseThrow(() -> new IllegalArgumentException("unknown source of users [" + name + "]; one of " + Arrays.toString(values())));
    }

    /**
     * The user whose profile is to be used.
     *
     * @param asked   the user that the search names; null if it names none
     * @param context of the search
     * @return null if nobody says it
     * @throws OpenSearchStatusException (403) if it may not be this one, or the search is not authenticated
     */
    String user(String asked, ThreadContext context) {
        if (this == REQUEST) {
            return asked;
        }
        if (context.getTransient(SECURITY_USER) instanceof String info && info.isEmpty() == false) {
            String name = info.split("(?<!\\\\)\\|", -1)[0].replace("\\|", "|");
            if (asked == null || asked.equals(name)) {
                return name;
            }
            throw new OpenSearchStatusException(
                "[affinity] [user] names somebody else than the user who searches; leave it out, for [" + SETTING.getKey() + "] is [" + this + "]",
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
