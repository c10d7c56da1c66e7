package org.opensearch.affinity.encode.pack;

import java.util.List;
import java.util.function.Function;

/**
 * One encoder that a benchmark compares with others.
 *
 * @param key     its name in files
 * @param title   its name in reports
 * @param share   number of texts in each call
 * @param encoder returns unit vectors in the order of the texts; thread-safe
 */
public record EncoderContestant(String key, String title, int share, Function<List<String>, float[][]> encoder) {}
