package org.opensearch.affinity.track;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A direction in the item space that a user likes or dislikes. It is the decayed, weighted sum of the unit vectors of the
 * items that made it, as of {@link #lastSeen}; decay is applied when the next event arrives. Mutable while a profile is
 * folded, not thread-safe.
 */
public final class Interest implements Writeable {
    static final int MAX_EXAMPLES = 5;

    /** An item that made the interest, with its decayed share of the weight as of the interest's last-seen time. */
    public record Example(String item, double weight) implements Writeable {
        Example(StreamInput in) throws IOException {
            this(in.readString(), in.readDouble());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(item);
            out.writeDouble(weight);
        }
    }

    private final boolean liked;
    private final float[] sum;
    private double weight;
    private long lastSeen;
    private int events;
    private List<Example> examples;

    /** Opened by one event. */
    Interest(boolean liked, float[] vector, double weight, Event event) {
        this.liked = liked;
        this.sum = new float[vector.length];
        this.lastSeen = event.time();
        this.examples = List.of();
        add(vector, weight, event.item());
    }

    Interest(StreamInput in) throws IOException {
        liked = in.readBoolean();
        sum = in.readFloatArray();
        weight = in.readDouble();
        lastSeen = in.readLong();
        events = in.readVInt();
        examples = in.readList(Example::new);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeBoolean(liked);
        out.writeFloatArray(sum);
        out.writeDouble(weight);
        out.writeLong(lastSeen);
        out.writeVInt(events);
        out.writeList(examples);
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

    /** The items that weigh most in it, heaviest first. */
    public List<Example> examples() {
        return examples;
    }

    public int dimension() {
        return sum.length;
    }

    /** The unit vector of the interest. */
    public float[] direction() {
        return VectorUtil.l2normalize(sum.clone(), false);
    }

    /** Cosine with a unit vector. */
    double cosine(float[] unit) {
        double norm = norm();
        return norm == 0 ? 0 : VectorUtil.dotProduct(sum, unit) / norm;
    }

    double cosine(Interest other) {
        double norms = norm() * other.norm();
        return norms == 0 ? 0 : VectorUtil.dotProduct(sum, other.sum) / norms;
    }

    private double norm() {
        return Math.sqrt(VectorUtil.dotProduct(sum, sum));
    }

    /** The weight at a time, epoch milliseconds; not before {@link #lastSeen()}. */
    public double weightAt(long time, Decay decay) {
        return weight * decay.factor(lastSeen, time);
    }

    /** Takes in one event. A late one counts with what would be left of it by now, so the order of arrival does not matter. */
    void absorb(float[] vector, double eventWeight, Event event, Decay decay) {
        advance(event.time(), decay);
        add(vector, eventWeight * decay.factor(event.time(), lastSeen), event.item());
    }

    /** Takes in all of another interest. */
    void merge(Interest other, Decay decay) {
        advance(other.lastSeen, decay);
        other.advance(lastSeen, decay);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.sum[i];
        }
        weight += other.weight;
        events += other.events;
        for (Example example : other.examples) {
            examples = with(example);
        }
    }

    private void advance(long time, Decay decay) {
        if (time <= lastSeen) {
            return;
        }
        double factor = decay.factor(lastSeen, time);
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (sum[i] * factor);
        }
        weight *= factor;
        examples = examples.stream().map(e -> new Example(e.item(), e.weight() * factor)).toList();
        lastSeen = time;
    }

    private void add(float[] vector, double amount, String item) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (float) (vector[i] * amount);
        }
        weight += amount;
        events++;
        examples = with(new Example(item, amount));
    }

    private List<Example> with(Example added) {
        List<Example> all = new ArrayList<>(examples.size() + 1);
        double amount = added.weight();
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
            && Arrays.equals(sum, other.sum)
            && weight == other.weight
            && lastSeen == other.lastSeen
            && events == other.events
            && examples.equals(other.examples);
    }

    @Override
    public int hashCode() {
        return Objects.hash(liked, Arrays.hashCode(sum), weight, lastSeen, events, examples);
    }
}
