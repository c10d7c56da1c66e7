package org.opensearch.affinity.encode.pack;

import java.util.List;
import java.util.function.Function;

/**
 * One way to turn texts into vectors.
 *
 * @param key     its name in files
 * @param title   its name for people
 * @param share   how many texts it is given at a time
 * @param encoder texts in, unit vectors out, in the texts' order; safe for several threads
 */
public record EncoderContestant(String key, String title, int share, Function<List<String>, float[][]> encoder) {}
