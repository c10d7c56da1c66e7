package org.opensearch.affinity.tracker;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.settings.SecureSetting;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.settings.SecureString;
import org.opensearch.core.rest.RestStatus;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes pseudonyms of users with secrets in the node's keystore. A pseudonym is the HMAC-SHA256 (RFC 2104) of the user's name under the
 * first secret of a {@link KeyChain}, then of the result under the next one, and so on. Users in the plugin's indices are looked up by
 * {@link UserNames}, which calls this class. Thread-safe.
 */
public final class UserKeys {
    private static final String PREFIX = "affinity.pseudonym.";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_SECRET_BYTES = 16;
    /** Enough to tell two secrets apart, and too few to recover a secret from. */
    private static final int CHECK_BYTES = 4;
    /** The node attribute with the ids and checksums of the node's secrets. */
    private static final String ATTRIBUTE = "affinity_pseudonyms";

    /** The keystore setting of a secret, by the id of the key. */
    public static final Setting.AffixSetting<SecureString> SECRET = Setting.affixKeySetting(
        PREFIX,
        "secret",
        key -> SecureSetting.secureString(key, null)
    );

    /** A key is missing in the keystore of this node. The message names no user. */
    public static final class MissingException extends OpenSearchStatusException implements RedactedException.LoggableMessage {
        MissingException(String id) {
            super(
                "[affinity] the keystore of this node has no [{}], by which users are stored",
                RestStatus.SERVICE_UNAVAILABLE,
                settingOf(id)
            );
        }
    }

    private final Map<String, SecretKeySpec> secrets = new TreeMap<>();

    /**
     * Reads the secrets.
     *
     * @param settings with the keystore open
     * @throws IllegalArgumentException if a secret is too short; the message names its setting
     */
    public UserKeys(Settings settings) {
        for (String id : SECRET.getNamespaces(settings)) {
            try (SecureString secret = SECRET.getConcreteSettingForNamespace(id).get(settings)) {
                byte[] bytes = secret.toString().getBytes(StandardCharsets.UTF_8);
                if (bytes.length < MIN_SECRET_BYTES) {
                    throw new IllegalArgumentException(
                        "[" + settingOf(id) + "] must have at least [" + MIN_SECRET_BYTES + "] bytes, got [" + bytes.length + "]"
                    );
                }
                secrets.put(id, new SecretKeySpec(bytes, ALGORITHM));
            }
        }
    }

    private static String settingOf(String id) {
        return SECRET.getConcreteSettingForNamespace(id).getKey();
    }

    /**
     * The pseudonym of a name under a chain of keys. An empty chain returns the name.
     *
     * @param name of a user, or a pseudonym under earlier keys
     * @throws MissingException if this node lacks one of the keys
     */
    public String sign(KeyChain chain, String name) {
        String signed = name;
        for (String id : chain.ids()) {
            SecretKeySpec secret = secrets.get(id);
            if (secret == null) {
                throw new MissingException(id);
            }
            signed = Base64.getUrlEncoder().withoutPadding().encodeToString(sign(secret, signed));
        }
        return signed;
    }

    private static byte[] sign(SecretKeySpec secret, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Settings with a node attribute that tells other nodes which secrets this one has; empty if it has none. */
    public Settings attributes() {
        Set<String> checksums = new TreeSet<>();
        secrets.forEach((id, secret) -> checksums.add(id + "=" + checksum(secret)));
        return checksums.isEmpty() ? Settings.EMPTY : Settings.builder().put("node.attr." + ATTRIBUTE, String.join(",", checksums)).build();
    }

    private static String checksum(SecretKeySpec secret) {
        StringBuilder hex = new StringBuilder();
        for (byte b : Arrays.copyOf(sign(secret, ATTRIBUTE), CHECK_BYTES)) {
            hex.append(String.format(Locale.ROOT, "%02x", b));
        }
        return hex.toString();
    }

    /**
     * Checks that all nodes have the same secret for each key.
     *
     * @throws IllegalArgumentException if they have not; the message names the key, and the nodes that lack it
     */
    public static void require(KeyChain chain, DiscoveryNodes nodes) {
        chain.ids().forEach(id -> require(id, nodes));
    }

    private static void require(String id, DiscoveryNodes nodes) {
        Set<String> without = new TreeSet<>();
        Set<String> checksums = new TreeSet<>();
        for (DiscoveryNode node : nodes) {
            String known = node.getAttributes().getOrDefault(ATTRIBUTE, "");
            Arrays.stream(known.split(","))
                .filter(secret -> secret.startsWith(id + "="))
                .findAny()
                .ifPresentOrElse(checksums::add, () -> without.add(node.getName()));
        }
        String prefix = "[users.pseudonym] names [" + id + "], and [" + settingOf(id) + "] ";
        if (without.isEmpty() == false) {
            throw new IllegalArgumentException(prefix + "is not in the keystore of nodes " + without + ": add it there and restart them");
        }
        if (checksums.size() > 1) {
            throw new IllegalArgumentException(prefix + "is not the same on all nodes");
        }
    }
}
