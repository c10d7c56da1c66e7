package org.opensearch.affinity.profile;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.test.OpenSearchTestCase;

public class UserFromTests extends OpenSearchTestCase {
    private static ThreadContext authenticated(String info) {
        ThreadContext context = new ThreadContext(Settings.EMPTY);
        context.putTransient(UserFrom.SECURITY_USER, info);
        return context;
    }

    public void testRequestIsTheDefault() {
        UserFrom from = UserFrom.SETTING.get(Settings.EMPTY);
        assertEquals("ann", from.user("ann", authenticated("bob||all_access")));
        assertNull(from.user(null, authenticated("bob||all_access")));
    }

    public void testAuthenticatedUserOnly() {
        UserFrom from = UserFrom.SETTING.get(Settings.builder().put("affinity.user_from", "authenticated").build());
        assertEquals("ann", from.user(null, authenticated("ann|staff|shop_read|tenant")));
        assertEquals("ann", from.user("ann", authenticated("ann|staff|shop_read|tenant")));
        assertEquals("a|b", from.user("a|b", authenticated("a\\|b|staff|shop_read|tenant")));
        OpenSearchStatusException e = expectThrows(OpenSearchStatusException.class, () -> from.user("bob", authenticated("ann|||")));
        assertEquals(RestStatus.FORBIDDEN, e.status());
        assertFalse("messages are logged and must not name users", e.getMessage().contains("ann") || e.getMessage().contains("bob"));
        ThreadContext nobody = new ThreadContext(Settings.EMPTY);
        assertEquals(RestStatus.FORBIDDEN, expectThrows(OpenSearchStatusException.class, () -> from.user("ann", nobody)).status());
    }

    public void testUnknownSource() {
        Settings wrong = Settings.builder().put("affinity.user_from", "header").build();
        Exception e = expectThrows(IllegalArgumentException.class, () -> UserFrom.SETTING.get(wrong));
        assertTrue(e.getMessage(), e.getMessage().contains("unknown source of users [header]; one of [request, authenticated]"));
    }
}
