/** Which part of a log is learned from that is larger than the limit of a training. Knows lists of interactions, and nothing of the log. */
package org.opensearch.affinity.train.sample;
