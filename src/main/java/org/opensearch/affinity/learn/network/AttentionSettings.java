package org.opensearch.affinity.learn.network;

import java.util.Arrays;
import java.util.List;

/**
 * Settings of {@link SelfAttention}.
 *
 * @param length    largest number of items of a history that are read, at least 1
 * @param dimension of the vectors, a multiple of {@code heads}
 * @param layers    at least 1
 * @param heads     at least 1
 * @param dropout   fraction of numbers that are set to 0 in training, from 0, below 1
 * @param temperature of the softmax over cosines, above 0
 * @param targets   about how many items a step predicts, at least 1
 * @param sampled   number of other items that a step compares them with, at least 1
 * @param plan      how long and how fast
 */
public record AttentionSettings(
    int length,
    int dimension,
    int layers,
    int heads,
    double dropout,
    double temperature,
    int targets,
    int sampled,
    TrainingPlan plan
) {
    /** @throws IllegalArgumentException if a setting is out of range */
    public AttentionSettings {
        require(length >= 1 && layers >= 1 && heads >= 1, "[length], [layers] and [heads] must be at least 1", length, layers, heads);
        require(dimension >= 1 && dimension % heads == 0, "[dimension] must be a multiple of [heads]", dimension, heads);
        require(dropout >= 0 && dropout < 1, "[dropout] must be from 0, below 1", dropout);
        require(temperature > 0, "[temperature] must be above 0", temperature);
        require(targets >= 1 && sampled >= 1, "[targets] and [sampled] must be at least 1", targets, sampled);
    }

    private static void require(boolean valid, String message, Object... values) {
        if (valid == false) {
            throw new IllegalArgumentException(message + ", got " + Arrays.toString(values));
        }
    }

    /** Returns the settings that a search begins with. */
    public static AttentionSettings standard() {
        return new AttentionSettings(50, 64, 2, 2, 0.5, 0.05, 2_048, 2_048, new TrainingPlan(24, 6, 0.002, 0, 1));
    }

    public AttentionSettings withDropout(double dropout) {
        return new AttentionSettings(length, dimension, layers, heads, dropout, temperature, targets, sampled, plan);
    }

    public AttentionSettings withTemperature(double temperature) {
        return new AttentionSettings(length, dimension, layers, heads, dropout, temperature, targets, sampled, plan);
    }

    public AttentionSettings withDimension(int dimension) {
        return new AttentionSettings(length, dimension, layers, heads, dropout, temperature, targets, sampled, plan);
    }

    public AttentionSettings withLayers(int layers) {
        return new AttentionSettings(length, dimension, layers, heads, dropout, temperature, targets, sampled, plan);
    }

    public AttentionSettings withPlan(TrainingPlan plan) {
        return new AttentionSettings(length, dimension, layers, heads, dropout, temperature, targets, sampled, plan);
    }

    /** @param actions names of the actions that the network distinguishes */
    AttentionNetwork network(Catalogue catalogue, List<String> actions) {
        return new AttentionNetwork(catalogue, length, dimension, layers, heads, dropout, 1 / temperature, actions);
    }
}
