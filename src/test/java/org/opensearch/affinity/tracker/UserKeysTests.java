package org.opensearch.affinity.tracker;

import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class UserKeysTests extends OpenSearchTestCase {
    private static final String SECRET = "0123456789abcdef";
    private static final String OTHER = "0123456789abcdeg";
    private static final KeyChain CHAIN = new KeyChain(List.of("k0", "k1"));

    /** With the keys k0, k1 and so on. */
    private static UserKeys keys(String... secrets) {
        MockSecureSettings settings = new MockSecureSettings();
        for (int i = 0; i < secrets.length; i++) {
            settings.setString("affinity.pseudonym.k" + i + ".secret", secrets[i]);
        }
        return new UserKeys(Settings.builder().setSecureSettings(settings).build());
    }

    /** As {@code openssl dgst -sha256 -hmac} has it. */
    public void testIsHmac() {
        String name = keys(SECRET).sign(CHAIN.first(1), "ann");
        assertEquals("-zhZFaBiPAvj57CnE027Ygoncfr_RekuuGR9EaopR88", name);
        assertNotEquals(name, keys(OTHER).sign(CHAIN.first(1), "ann"));
    }

    public void testFurtherKeysSignWhatIsStored() {
        UserKeys keys = keys(SECRET, OTHER);
        String before = keys.sign(CHAIN.first(1), "ann");
        assertEquals("C91Zup5ngZVjOEgzvJfJMx51AQ0vzOvVAJXTLl_1xLQ", keys.sign(CHAIN, "ann"));
        assertEquals("nobody's name is needed", keys.sign(CHAIN, "ann"), keys.sign(CHAIN.after(CHAIN.first(1)), before));
    }

    public void testNamesAreKeptWithoutAKey() {
        assertEquals("ann", keys(SECRET).sign(KeyChain.NONE, "ann"));
    }

    public void testKeyThatIsNotThere() {
        Exception e = expectThrows(UserKeys.MissingException.class, () -> keys(SECRET).sign(CHAIN, "ann"));
        assertTrue(e.getMessage(), e.getMessage().contains("the keystore of this node has no [affinity.pseudonym.k1.secret]"));
        assertFalse(e.getMessage(), e.getMessage().contains("ann"));
    }

    public void testSecretThatIsTooShort() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> keys("fifteen letters"));
        assertEquals("[affinity.pseudonym.k0.secret] must have at least [16] bytes, got [15]", e.getMessage());
    }

    public void testNodesSeeWhetherSecretsAreTheSame() {
        String ours = keys(SECRET).attributes().get("node.attr.affinity_pseudonyms");
        assertEquals(ours, keys(SECRET).attributes().get("node.attr.affinity_pseudonyms"));
        assertNotEquals(ours, keys(OTHER).attributes().get("node.attr.affinity_pseudonyms"));
        assertTrue(new UserKeys(Settings.EMPTY).attributes().isEmpty());
    }
}
