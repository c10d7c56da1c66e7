package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.vector.Direction;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A direction in the vector space of items that a user likes or dislikes: the weighted mean of the unit vectors of the items in its
 * events. Weights decay exponentially; all of them are as of {@link #lastSeen} until the next event decays them further. Mutable,
 * not thread-safe; changed only while its {@link Profile} is.
 */
public final class Interest {
    static final int MAX_EXAMPLES = 5;
    private static final int MAX_CONTEXTS = 24;
    /**
     * The most events of the same weight that the direction is the mean of. Later events replace earlier ones, so that the direction
     * follows an interest that drifts, and a step is not lost in rounding ({@link Direction} has one byte a dimension).
     */
    private static final double MAX_EVENTS_IN_MEAN = 32;

    /** The factor by which one more event reduces the recency of all interests. */
    static final float RECENCY_DECAY = 0.7f;

    /** An item of the interest's events, and the decayed weight of these events as of the interest's {@link #lastSeen}. */
    public record Example(String item, float weight) {}

    private final boolean liked;
    private final Direction direction;
    private double weight;
    private long lastSeen;
    private int events;
    private float sessionWeight;
    private float recency;
    private List<Example> examples;
    /** Decayed weight by context, {@code name=value}: the {@link #MAX_CONTEXTS} heaviest. */
    private final Map<String, Float> contexts;

    private Interest(boolean liked, Direction direction, long lastSeen) {
        this.liked = liked;
        this.direction = direction;
        this.lastSeen = lastSeen;
        examples = List.of();
        contexts = new TreeMap<>();
    }

    /**
     * Creates an interest from its first event.
     *
     * @param vector unit vector of the event's item; copied
     * @param weight above 0
     */
    Interest(boolean liked, float[] vector, double weight, Event event, boolean inSession) {
        this(liked, new Direction(vector), event.time());
        add(weight, event, inSession);
    }

    Interest(StreamInput in, StringDictionary dictionary) throws IOException {
        this(in.readBoolean(), new Direction(in), in.readZLong());
        weight = in.readDouble();
        events = in.readVInt();
        sessionWeight = in.readFloat();
        recency = in.readFloat();
        int count = in.readVInt();
        List<Example> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(new Example(dictionary.read(in), in.readFloat()));
        }
        examples = List.copyOf(read);
        for (int left = in.readVInt(); left > 0; left--) {
            contexts.put(dictionary.read(in), in.readFloat());
        }
    }

    void writeTo(StreamOutput out, StringDictionary dictionary) throws IOException {
        out.writeBoolean(liked);
        direction.writeTo(out);
        out.writeZLong(lastSeen);
        out.writeDouble(weight);
        out.writeVInt(events);
        out.writeFloat(sessionWeight);
        out.writeFloat(recency);
        out.writeVInt(examples.size());
        for (Example example : examples) {
            dictionary.write(out, example.item());
            out.writeFloat(example.weight());
        }
        out.writeVInt(contexts.size());
        for (Map.Entry<String, Float> context : contexts.entrySet()) {
            dictionary.write(out, context.getKey());
            out.writeFloat(context.getValue());
        }
    }

    /** Whether the user likes it; false for an interest made by actions of negative weight. */
    public boolean liked() {
        return liked;
    }

    /** The decayed sum of the absolute weights of its events, as of {@link #lastSeen()}; above 0. */
    public double weight() {
        return weight;
    }

    /** The time of its newest event, epoch milliseconds. */
    public long lastSeen() {
        return lastSeen;
    }

    /** The number of its events. */
    public int events() {
        return events;
    }

    /** The weight of its events in the session of the user's newest event; 0 without any. Does not decay within the session. */
    public float sessionWeight() {
        return sessionWeight;
    }

    /**
     * Its share of the user's newest events, from 0 to 1, regardless of their times: {@code Σ 0.3 · 0.7^age} over its events, where
     * the age is the number of later events of the user. The sum over all interests is {@code 1 - 0.7^events}.
     */
    public float recency() {
        return recency;
    }

    /** The items of the greatest weight, heaviest first, at most {@value #MAX_EXAMPLES}. */
    public List<Example> examples() {
        return examples;
    }

    /** Returns the decayed weight of its events in a context, {@code name=value}, as of {@link #lastSeen()}; 0 if unknown. */
    public float weightIn(String context) {
        return contexts.getOrDefault(context, 0f);
    }

    /** Returns a read-only view of the decayed weights by context, {@code name=value}, as of {@link #lastSeen()}. */
    public Map<String, Float> contexts() {
        return Collections.unmodifiableMap(contexts);
    }

    public int dimension() {
        return direction.dimension();
    }

    /** Returns the interest's unit vector, as a new array. */
    public float[] direction() {
        return direction.unit();
    }

    /** Returns the cosine with a unit vector of the same dimension. */
    double cosine(float[] unit) {
        return direction.cosine(unit);
    }

    /** Returns the cosine with another interest of the same dimension. */
    double cosine(Interest other) {
        return direction.cosine(other.direction);
    }

    /** Returns the weight as of a time, epoch milliseconds, which is not before {@link #lastSeen()}. */
    public double weightAt(long time, Decay decay) {
        return weight * decay.factor(lastSeen, time);
    }

    /**
     * Adds one event. A late event is added with the weight that would be left of it by now, so that the order of arrival matters
     * little.
     *
     * @param vector      unit vector of the event's item
     * @param eventWeight above 0
     */
    void absorb(float[] vector, double eventWeight, Event event, boolean inSession, Decay decay) {
        decayTo(event.time(), decay);
        double amount = eventWeight * decay.factor(event.time(), lastSeen);
        direction.move(vector, amount / (Math.min(weight, MAX_EVENTS_IN_MEAN * eventWeight) + amount));
        add(amount, event, inSession);
    }

    /** Adds another interest of the same sign and dimension, which must not be used afterwards. */
    void merge(Interest other, Decay decay) {
        decayTo(other.lastSeen, decay);
        other.decayTo(lastSeen, decay);
        direction.move(other.direction(), other.weight / (weight + other.weight));
        weight += other.weight;
        events += other.events;
        sessionWeight += other.sessionWeight;
        recency += other.recency;
        other.examples.forEach(example -> examples = with(example));
        other.contexts.forEach(this::addContext);
    }

    /** Begins a new session, of which the interest has no event yet. */
    void beginSession() {
        sessionWeight = 0;
    }

    /** Decays the recency before one more event of the user, of this interest or another. */
    void decayRecency() {
        recency *= RECENCY_DECAY;
    }

    /** Decays all weights to a time, epoch milliseconds, which becomes {@link #lastSeen}; does nothing if it is not later. */
    private void decayTo(long time, Decay decay) {
        if (time <= lastSeen) {
            return;
        }
        float factor = (float) decay.factor(lastSeen, time);
        weight *= factor;
        examples = examples.stream().map(e -> new Example(e.item(), e.weight() * factor)).toList();
        contexts.replaceAll((context, value) -> value * factor);
        lastSeen = time;
    }

    private void add(double amount, Event event, boolean inSession) {
        weight += amount;
        events++;
        recency += 1 - RECENCY_DECAY;
        if (inSession) {
            sessionWeight += (float) amount;
        }
        examples = with(new Example(event.item(), (float) amount));
        event.contexts().forEach(context -> addContext(context, (float) amount));
    }

    private void addContext(String context, float amount) {
        contexts.merge(context, amount, Float::sum);
        if (contexts.size() > MAX_CONTEXTS) {
            contexts.remove(contexts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey());
        }
    }

    private List<Example> with(Example added) {
        List<Example> all = new ArrayList<>(examples.size() + 1);
        float amount = added.weight();
        for (Example example : examples) {
            if (example.item().equals(added.item())) {
                amount += example.weight();
            } else {
                all.add(example);
            }
        }
        all.add(new Example(added.item(), amount));
        all.sort(Comparator.comparingDouble(Example::weight).reversed().thenComparing(Example::item));
        return List.copyOf(all.subList(0, Math.min(MAX_EXAMPLES, all.size())));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Interest other
            && liked == other.liked
            && direction.equals(other.direction)
            && weight == other.weight
            && lastSeen == other.lastSeen
            && events == other.events
            && sessionWeight == other.sessionWeight
            && recency == other.recency
            && examples.equals(other.examples)
            && contexts.equals(other.contexts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(liked, direction, weight, lastSeen, events, sessionWeight, recency, examples, contexts);
    }
}
