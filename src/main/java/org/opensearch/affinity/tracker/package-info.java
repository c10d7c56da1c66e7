/**
 * Definitions kept in the cluster state.
 * <ul>
 * <li>{@code Tracker} is one definition, {@code TrackerBuilder} parses it, {@code Trackers} has all; {@code TrackerBackup} keeps copies.
 * <li>{@code Parameter} lists the parameters of a ranking, {@code Signal} the signals, {@code Contexts} the contexts.
 * <li>{@code ProfileGenerations} and {@code ActiveModels} say what searches use; {@code IndexNames} names the system indices.
 * <li>{@code UserKeys} computes pseudonyms, {@code UserNames} the names by which one generation stores users.
 * </ul>
 */
package org.opensearch.affinity.tracker;
