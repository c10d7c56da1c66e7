/** Learned networks as searches use them: their weights, and what they compute of a history, in Java. */
package org.opensearch.affinity.learn.layer;
