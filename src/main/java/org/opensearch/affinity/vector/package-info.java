/** Item vectors as Lucene vectors: the field type {@code affinity_vector} and how its segments are written. */
package org.opensearch.affinity.vector;
