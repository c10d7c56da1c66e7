/**
 * Offline evaluation of rankings: repeats judged queries without personalisation, with popularity, and with the user's profile, and
 * compares the results.
 * <ul>
 * <li>{@code Evaluation} runs the queries; {@code QueryComparison} searches for one query in all ways.
 * <li>Where are leaks found? {@code QueryComparison} finds profiles with events at or after the query, {@code Evaluation#add} refuses or
 * skips the query.
 * <li>Metrics and statistics are pure: {@code Judgement} for one list, {@code Variety}, {@code Bootstrap} for intervals.
 * </ul>
 */
package org.opensearch.affinity.evaluate;
