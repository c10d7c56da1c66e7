package org.opensearch.affinity.track;

import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;

public class UserKeysTests extends OpenSearchTestCase {
    private Tracker tracker(String users) throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},\"actions\":{\"buy\":2}" + users + "}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse("shop", parser);
        }
    }

    private static UserKeys keys(String secret) {
        MockSecureSettings secrets = new MockSecureSettings();
        secrets.setString("affinity.pseudonym.k.secret", secret);
        return new UserKeys(Settings.builder().setSecureSettings(secrets).build());
    }

    /** As {@code openssl dgst -sha256 -hmac} has it. */
    public void testIsHmac() throws Exception {
        String key = keys("0123456789abcdef").of(tracker(",\"users\":{\"pseudonym\":\"k\"}"), "ann");
        assertEquals("-zhZFaBiPAvj57CnE027Ygoncfr_RekuuGR9EaopR88", key);
        assertNotEquals(key, keys("0123456789abcdeg").of(tracker(",\"users\":{\"pseudonym\":\"k\"}"), "ann"));
    }

    public void testNamesAreKeptWithoutAKey() throws Exception {
        assertEquals("ann", keys("0123456789abcdef").of(tracker(""), "ann"));
    }

    public void testKeyThatIsNotThere() throws Exception {
        Tracker tracker = tracker(",\"users\":{\"pseudonym\":\"other\"}");
        Exception e = expectThrows(UserKeys.MissingException.class, () -> keys("0123456789abcdef").of(tracker, "ann"));
        assertTrue(e.getMessage(), e.getMessage().contains("the keystore of this node has no [affinity.pseudonym.other.secret]"));
        assertFalse(e.getMessage(), e.getMessage().contains("ann"));
    }

    public void testSecretThatIsTooShort() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> keys("fifteen letters"));
        assertEquals("[affinity.pseudonym.k.secret] must have at least [16] bytes, got [15]", e.getMessage());
    }

    public void testNodesSeeWhetherSecretsAreTheSame() {
        String ours = keys("0123456789abcdef").attributes().get("node.attr.affinity_pseudonyms");
        assertEquals(ours, keys("0123456789abcdef").attributes().get("node.attr.affinity_pseudonyms"));
        assertNotEquals(ours, keys("0123456789abcdeg").attributes().get("node.attr.affinity_pseudonyms"));
        assertTrue(new UserKeys(Settings.EMPTY).attributes().isEmpty());
    }
}
