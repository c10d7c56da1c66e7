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
 * A direction in the item space that a user likes or dislikes: the decayed, weighted mean of the unit vectors of the items
 * that made it, as of {@link #lastSeen}; decay is applied when the next event arrives. Mutable while a profile is folded, not
 * thread-safe.
 */
public final class Interest {
    static final int MAX_EXAMPLES = 5;
    private static final int MAX_CONTEXTS = 24;
    /**
     * An event moves the direction at least as if there had been so many like it before. Steps that are much smaller would be
     * lost in rounding, and an interest that drifts is followed.
     */
    private static final double MEMORY = 32;

    /** What is left of an interest's part in the newest events after one more. */
    public static final float RECENCY_KEPT = 0.7f;

    /** An item that made the interest, with its decayed share of the weight as of the interest's last-seen time. */
    public record Example(String item, float weight) {}

    private final boolean liked;
    private final Direction direction;
    private double weight;
    private long lastSeen;
    private int events;
    private float sessionWeight;
    private float recency;
    private List<Example> examples;
    /** Decayed weight by context, {@code field=value}, the lightest beyond {@link #MAX_CONTEXTS} forgotten. */
    private final Map<String, Float> contexts;

    private Interest(boolean liked, Direction direction, long lastSeen) {
        this.liked = liked;
        this.direction = direction;
        this.lastSeen = lastSeen;
        examples = List.of();
        contexts = new TreeMap<>();
    }

    /** Opened by one event. */
    Interest(boolean liked, float[] vector, double weight, Event event, boolean inSession) {
        this(liked, new Direction(vector), event.time());
        add(weight, event, inSession);
    }

    Interest(StreamInput in, StringDictionary words) throws IOException {
        this(in.readBoolean(), new Direction(in), in.readZLong());
        weight = in.readDouble();
        events = in.readVInt();
        sessionWeight = in.readFloat();
        recency = in.readFloat();
        int count = in.readVInt();
        List<Example> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(new Example(words.read(in), in.readFloat()));
        }
        examples = List.copyOf(read);
        for (int left = in.readVInt(); left > 0; left--) {
            contexts.put(words.read(in), in.readFloat());
        }
    }

    void writeTo(StreamOutput out, StringDictionary words) throws IOException {
        out.writeBoolean(liked);
        direction.writeTo(out);
        out.writeZLong(lastSeen);
        out.writeDouble(weight);
        out.writeVInt(events);
        out.writeFloat(sessionWeight);
        out.writeFloat(recency);
        out.writeVInt(examples.size());
        for (Example example : examples) {
            words.write(out, example.item());
            out.writeFloat(example.weight());
        }
        out.writeVInt(contexts.size());
        for (Map.Entry<String, Float> context : contexts.entrySet()) {
            words.write(out, context.getKey());
            out.writeFloat(context.getValue());
        }
    }

    /** As the first format had it: the sum of the vectors in float32, larger numbers throughout. */
    static Interest readFirstFormat(StreamInput in) throws IOException {
        boolean liked = in.readBoolean();
        float[] sum = in.readFloatArray();
        double weight = in.readDouble();
        Interest interest = new Interest(liked, new Direction(sum), in.readLong());
        interest.weight = weight;
        interest.events = in.readVInt();
        interest.examples = in.readList(example -> new Example(example.readString(), (float) example.readDouble()));
        return interest;
    }

    /** False for an aversion, which negative actions make. */
    public boolean liked() {
        return liked;
    }

    /** Decayed sum of the absolute event weights as of {@link #lastSeen()}, above 0. */
    public double weight() {
        return weight;
    }

    /** Time of its newest event, epoch milliseconds. */
    public long lastSeen() {
        return lastSeen;
    }

    /** How many events made it. */
    public int events() {
        return events;
    }

    /** What of the weight is from the present session; 0 for an interest that had no part in it. */
    public float sessionWeight() {
        return sessionWeight;
    }

    /**
     * Its part in the user's newest events, whenever those were: {@code Σ 0.3 · 0.7^age}, the age in events. Over all of a
     * user's interests it adds up to {@code 1 - 0.7^events}.
     */
    public float recency() {
        return recency;
    }

    /** The items that weigh most in it, heaviest first. */
    public List<Example> examples() {
        return examples;
    }

    /** Decayed weight of its events in a context, {@code field=value}, as of {@link #lastSeen()}. */
    public float weightIn(String context) {
        return contexts.getOrDefault(context, 0f);
    }

    /** The same of all contexts that it remembers. */
    public Map<String, Float> contexts() {
        return Collections.unmodifiableMap(contexts);
    }

    public int dimension() {
        return direction.dimension();
    }

    /** The unit vector of the interest. */
    public float[] direction() {
        return direction.unit();
    }

    /** Cosine with a unit vector. */
    double cosine(float[] unit) {
        return direction.cosine(unit);
    }

    double cosine(Interest other) {
        return direction.cosine(other.direction);
    }

    /** The weight at a time, epoch milliseconds; not before {@link #lastSeen()}. */
    public double weightAt(long time, Decay decay) {
        return weight * decay.factor(lastSeen, time);
    }

    /** Takes in one event. A late one counts with what would be left of it by now, so the order of arrival matters little. */
    void absorb(float[] vector, double eventWeight, Event event, boolean inSession, Decay decay) {
        advance(event.time(), decay);
        double amount = eventWeight * decay.factor(event.time(), lastSeen);
        direction.move(vector, amount / (Math.min(weight, MEMORY * eventWeight) + amount));
        add(amount, event, inSession);
    }

    /** Takes in all of another interest. */
    void merge(Interest other, Decay decay) {
        advance(other.lastSeen, decay);
        other.advance(lastSeen, decay);
        direction.move(other.direction(), other.weight / (weight + other.weight));
        weight += other.weight;
        events += other.events;
        sessionWeight += other.sessionWeight;
        recency += other.recency;
        other.examples.forEach(example -> examples = with(example));
        other.contexts.forEach(this::addContext);
    }

    /** A new session begins, in which it had no part yet. */
    void beginSession() {
        sessionWeight = 0;
    }

    /** An event comes, of this interest or another. */
    void age() {
        recency *= RECENCY_KEPT;
    }

    private void advance(long time, Decay decay) {
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
        recency += 1 - RECENCY_KEPT;
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
