/** A candidate method: LightGCN, by gradient. {@code ./bench learn} measures it; no training serves it yet. */
package org.opensearch.affinity.learn.candidate;
