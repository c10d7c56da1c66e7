/**
 * Definitions kept in the cluster state: trackers, their rankings, signals and contexts, profile generations, active models, and the keys
 * that turn user names into pseudonyms. Start reading at {@code Tracker}.
 */
package org.opensearch.affinity.tracker;
