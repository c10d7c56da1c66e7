/**
 * Learning from behaviour with plain arrays: the interaction log, the methods' common interfaces, evaluation on a held-out part and the search
 * for settings. It knows nothing of OpenSearch. A result depends on log, settings and seed, never on the number of threads.
 */
package org.opensearch.affinity.learn;
