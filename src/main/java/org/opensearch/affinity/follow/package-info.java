/**
 * From events to documents: a persistent task follows each shard of the log, folds each event exactly once into profiles and item rows, and
 * stores how far it is. Rebuilds make a new profile generation beside the one in use. Start reading at {@code Follower}.
 */
package org.opensearch.affinity.follow;
