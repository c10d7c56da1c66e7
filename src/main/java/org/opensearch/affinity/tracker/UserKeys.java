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
 * The secrets of the node's keystore by which users get pseudonyms: HMAC-SHA256 (RFC 2104) of the name under a secret, and of
 * that under the next one of a {@link KeyChain}. Whatever looks for a user in an index of the plugin asks {@link UserNames}
 * first, which asks here. Thread-safe.
 */
public final class UserKeys {
    private static final String PREFIX = "affinity.pseudonym.";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_SECRET_BYTES = 16;
    /** Tells secrets of one id on two nodes apart, and says too little of them to guess one by. */
    private static final int CHECK_BYTES = 4;
    /** The attribute of a node that says which secrets it has. */
    private static final String ATTRIBUTE = "affinity_pseudonyms";

    /** The secret of a key, in the keystore. */
    public static final Setting.AffixSetting<SecureString> SECRET = Setting.affixKeySetting(
        PREFIX,
        "secret",
        key -> SecureSetting.secureString(key, null)
    );

    /** A key is not in the keystore of this node. Its message holds nothing of any user. */
    public static final class MissingException extends OpenSearchStatusException implements RedactedException.LoggableMessage {
        MissingException(String id) {
            super("[affinity] the keystore of this node has no [{}], by which users are stored", RestStatus.SERVICE_UNAVAILABLE, nameOf(id));
        }
    }

    private final Map<String, SecretKeySpec> secrets = new TreeMap<>();

    /**
     * @param settings with the keystore still open
     * @throws IllegalArgumentException if a secret is too short, naming its key
     */
    public UserKeys(Settings settings) {
        for (String id : SECRET.getNamespaces(settings)) {
            try (SecureString secret = SECRET.getConcreteSettingForNamespace(id).get(settings)) {
                byte[] bytes = secret.toString().getBytes(StandardCharsets.UTF_8);
                if (bytes.length < MIN_SECRET_BYTES) {
                    throw new IllegalArgumentException(
                        "[" + nameOf(id) + "] must have at least [" + MIN_SECRET_BYTES + "] bytes, got [" + bytes.length + "]"
                    );
                }
                secrets.put(id, new SecretKeySpec(bytes, ALGORITHM));
            }
        }
    }

    private static String nameOf(String id) {
        return SECRET.getConcreteSettingForNamespace(id).getKey();
    }

    /**
     * What a chain of keys makes of a name, or further keys of a pseudonym; the same where there are none.
     *
     * @throws MissingException if this node lacks one of them
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

    /** Says to the other nodes which secrets this one has. */
    public Settings attributes() {
        Set<String> known = new TreeSet<>();
        secrets.forEach((id, secret) -> known.add(id + "=" + check(secret)));
        return known.isEmpty() ? Settings.EMPTY : Settings.builder().put("node.attr." + ATTRIBUTE, String.join(",", known)).build();
    }

    private static String check(SecretKeySpec secret) {
        StringBuilder hex = new StringBuilder();
        for (byte b : Arrays.copyOf(sign(secret, ATTRIBUTE), CHECK_BYTES)) {
            hex.append(String.format(Locale.ROOT, "%02x", b));
        }
        return hex.toString();
    }

    /** @throws IllegalArgumentException if not all nodes have the same secret for each key, naming the key and those it is about */
    public static void require(KeyChain chain, DiscoveryNodes nodes) {
        chain.ids().forEach(id -> require(id, nodes));
    }

    private static void require(String id, DiscoveryNodes nodes) {
        Set<String> without = new TreeSet<>();
        Set<String> checks = new TreeSet<>();
        for (DiscoveryNode node : nodes) {
            String known = node.getAttributes().getOrDefault(ATTRIBUTE, "");
            Arrays.stream(known.split(","))
                .filter(secret -> secret.startsWith(id + "="))
                .findAny()
                .ifPresentOrElse(checks::add, () -> without.add(node.getName()));
        }
        String prefix = "[users.pseudonym] names [" + id + "], and [" + nameOf(id) + "] ";
        if (without.isEmpty() == false) {
            throw new IllegalArgumentException(prefix + "is not in the keystore of nodes " + without + ": add it there and restart them");
        }
        if (checks.size() > 1) {
            throw new IllegalArgumentException(prefix + "is not the same on all nodes");
        }
    }
}
