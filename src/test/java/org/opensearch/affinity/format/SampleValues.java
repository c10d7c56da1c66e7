package org.opensearch.affinity.format;

import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.learn.cluster.SegmentTree;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rescore.AffinityRescorerBuilder;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.ParameterValues;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes a value of any type that travels or is stored, with different values in all fields: by its constructor with the most parameters,
 * or as told here. The same in every run.
 */
final class SampleValues {
    private static final String TRACKER = """
        {
          "items": {"index": "products", "id_field": "sku", "vector_field": "vector", "text_fields": ["title", "brand"]},
          "events": {"index": "ubi_events",
            "fields": {"user": ["user_id"], "item": "item", "action": "action", "time": "at", "id": "event", "rating": "stars"}},
          "actions": {"click": 1.5, "dislike": -2}, "impressions": ["view"], "half_life": "9d", "max_interests": 7,
          "interest_similarity": 0.6, "session_gap": "20m", "limits": {"item_per_session": 4, "events_per_session": 400,
          "events_per_minute": 100}, "context": {"place": {"field": "place"}, "hour": {"time": "hour"}}, "time_zone": "Europe/Berlin",
          "users": {"pseudonym": ["2026", "2027"]}, "retention": "90d",
          "signals": {"sales": {"field": "sold", "pivot": 100}, "new": {"field": "added", "half_life": "7d", "weight": 0.5}},
          "ranking": {"weight": 2.5, "signals": {"sales": 0.75}}
        }""";

    private int count;

    /** A value of a class or of a generic type. */
    Object of(Type type) throws Exception {
        count++;
        return switch (type) {
            case ParameterizedType generic -> of((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
            case Class<?> plain -> of(plain, new Type[] { String.class, Object.class });
            default -> "text" + count;
        };
    }

    private Object of(Class<?> type, Type[] arguments) throws Exception {
        if (type.isArray()) {
            Object array = Array.newInstance(type.getComponentType(), 2);
            Array.set(array, 0, of(type.getComponentType()));
            Array.set(array, 1, of(type.getComponentType()));
            return array;
        }
        if (Map.class.isAssignableFrom(type) || type == TreeMap.class || type == LinkedHashMap.class) {
            return new TreeMap<>(Map.of(of(arguments[0]), of(arguments[1]), of(arguments[0]), of(arguments[1])));
        }
        if (type == Set.class || type == Collection.class) {
            return new TreeSet<>(List.of(of(arguments[0]), of(arguments[0])));
        }
        if (type.isAssignableFrom(List.class)) {
            return type == Object.class ? "text" + count : List.of(of(arguments[0]), of(arguments[0]));
        }
        if (type.isEnum()) {
            return type == RestStatus.class ? RestStatus.CREATED : type.getEnumConstants()[count % type.getEnumConstants().length];
        }
        Object simple = simple(type);
        return simple != null ? simple : own(type);
    }

    private Object simple(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "int", "Integer" -> count;
            case "long", "Long" -> 1_000L * count;
            case "float", "Float" -> count / 4f;
            case "double", "Double" -> count / 8.0;
            case "boolean", "Boolean" -> true;
            case "byte" -> (byte) count;
            case "String" -> "text" + count;
            case "TimeValue" -> TimeValue.timeValueSeconds(count);
            case "ShardId" -> new ShardId("index" + count, "uuid" + count, count);
            case "ZoneId" -> ZoneId.of("Europe/Berlin");
            case "BytesReference" -> new BytesArray("bytes" + count);
            case "QueryBuilder" -> new MatchNoneQueryBuilder();
            default -> null;
        };
    }

    private Object own(Class<?> type) throws Exception {
        return switch (type.getSimpleName()) {
            case "Curve" -> new Curve(new float[] { 0, 1f / (1 + count), 1 }, new float[] { 0, 0.5f, 1 });
            case "Layers" -> segments();
            case "NamedArray" -> new NamedArray("weight" + count, new int[] { 2, 1 }, new float[] { count, count / 4f });
            case "Tracker" -> tracker();
            case "Profile" -> profile();
            case "ParameterValues" -> parameters();
            case "AffinityRescorerBuilder" -> rescorer();
            case "TasteStatistics" -> statistics();
            case "OnlinePca" -> statistics().pca();
            case "WhitenedSpace" -> WhitenedSpace.of(List.of(statistics()));
            case "Trackers" -> Trackers.of(Trackers.of(empty()).with(empty(), tracker()));
            case "ActiveModels" -> ActiveModels.of(
                ActiveModels.of(empty()).activate(empty(), "shop", (ActiveModels.Active) of(ActiveModels.Active.class))
            );
            case "ProfileGenerations" -> ProfileGenerations.of(ProfileGenerations.of(empty()).begin(empty(), "shop"));
            default -> constructed(type);
        };
    }

    /** What was added last; fixtures of earlier formats have networks. */
    private static SegmentLayers segments() {
        SegmentTree.Group group = new SegmentTree.Group(SegmentTree.EVERYONE, 1, new float[] { 0.6f, 0.8f }, -1);
        SegmentTree.Group child = new SegmentTree.Group(0, 2, new float[] { 0, 1 }, 0.5f);
        return new SegmentLayers(new SegmentTree(List.of(group, child), 0.25), 2, 9, new int[] { 9, 7, 5 });
    }

    private static ClusterState empty() {
        return ClusterState.builder(new ClusterName("c")).build();
    }

    private static Tracker tracker() throws IOException {
        try (
            XContentParser json = JsonXContent.jsonXContent.createParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                TRACKER
            )
        ) {
            return Tracker.parse("shop", json);
        }
    }

    private static Profile profile() throws IOException {
        Profile profile = new Profile("ann").erased(900, false);
        LogShard shard = new LogShard("shop", new ShardId("ubi_events", "uuid", 2));
        Event liked = new Event("ann", "tent", "click", 1_700_000_000_000L, 17, List.of("place=shop", "hour=8"));
        Event disliked = new Event("ann", "desk", "dislike", 1_700_000_100_000L, 18, List.of("place=home"), 1.5f);
        profile.apply(shard, 5, liked, false, new float[] { 0.6f, 0.8f, 0 }, 1.5, tracker());
        profile.apply(shard, 6, disliked, false, new float[] { 0, 0, 1 }, -2, tracker());
        profile.cover(shard, 5);
        profile.apply(shard, 7, liked, false, new float[] { 0.6f, 0.8f, 0 }, 1.5, tracker()); // a duplicate
        return profile;
    }

    private static ParameterValues parameters() {
        Map<String, Object> all = new TreeMap<>();
        all.putAll(Map.of("tracker", "shop", "user", "ann", "query_text", "tents", "recent", List.of("tent", "desk")));
        all.putAll(Map.of("context", Map.of("place", "home"), "weight", 2.5, "relevance", 0.5, "score_mode", "sum", "window_size", 50));
        all.putAll(Map.of("signals", Map.of("sales", 0.75), "max_interests", 7, "min_affinity", 0.25, "session_weight", 0.75));
        all.putAll(Map.of("own_items", 0.5, "explore", 1.5, "diversity", 0.25, "exclude_seen", true, "why", true));
        return ParameterValues.parse(all, Place.EXT, FieldPath.body(""));
    }

    private Object rescorer() throws Exception {
        for (Constructor<?> constructor : AffinityRescorerBuilder.class.getDeclaredConstructors()) {
            if (constructor.getParameterCount() == 4) {
                constructor.setAccessible(true);
                Object scoring = of(constructor.getParameterTypes()[2]);
                return constructor.newInstance(new AffinityRequest(parameters()), null, scoring, null);
            }
        }
        throw new AssertionError("no such constructor");
    }

    private static TasteStatistics statistics() {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            vectors.add(new float[] { (float) Math.cos(i), (float) Math.sin(i), 0.5f });
        }
        return TasteStatistics.NONE.with(vectors, 3);
    }

    private Object constructed(Class<?> type) throws Exception {
        if (type.getName().startsWith(AffinityPlugin.class.getPackageName()) == false || type.isInterface()) {
            throw new IllegalArgumentException("say in SampleValues how a value of [" + type + "] is made");
        }
        Constructor<?> widest = Arrays.stream(type.getDeclaredConstructors())
            .filter(constructor -> Arrays.stream(constructor.getParameterTypes()).noneMatch(StreamInput.class::isAssignableFrom))
            .filter(constructor -> Arrays.asList(constructor.getParameterTypes()).contains(type) == false)
            .max(Comparator.comparingInt(Constructor::getParameterCount))
            .orElseThrow();
        widest.setAccessible(true);
        Object[] values = new Object[widest.getParameterCount()];
        for (int i = 0; i < values.length; i++) {
            boolean isOfNode = widest.getParameterTypes()[i].getSimpleName().matches("Supplier|RankNode");
            values[i] = isOfNode ? null : of(widest.getGenericParameterTypes()[i]);
        }
        Object value = widest.newInstance(values);
        if (type.isRecord() == false) {
            fill(value, type);
        }
        return value;
    }

    /** Sets numbers that no constructor sets, and fills maps that are empty. */
    @SuppressWarnings("unchecked")
    private void fill(Object value, Class<?> type) throws Exception {
        for (Field field : type.getDeclaredFields()) {
            field.setAccessible(true);
            boolean isSet = Modifier.isStatic(field.getModifiers());
            if (isSet == false && Modifier.isFinal(field.getModifiers()) == false && field.getType().isPrimitive()) {
                field.set(value, of(field.getType()));
            } else if (isSet == false && field.get(value) instanceof TreeMap<?, ?> map && map.isEmpty()) {
                ((Map<Object, Object>) map).putAll((Map<Object, Object>) of(field.getGenericType()));
            }
        }
    }
}
