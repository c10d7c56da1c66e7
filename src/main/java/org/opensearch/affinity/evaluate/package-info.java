/**
 * Offline evaluation of rankings: repeats judged queries without personalisation, with popularity, and with the user's profile, and
 * compares the results. {@code Evaluation} and {@code QueryComparison} search; metrics and statistics, such as {@code Judgement} and
 * {@code Bootstrap}, are pure.
 */
package org.opensearch.affinity.evaluate;
