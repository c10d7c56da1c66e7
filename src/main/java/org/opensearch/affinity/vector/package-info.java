/** The field type {@code affinity_vector}, and the space in which item vectors and interests are compared. */
package org.opensearch.affinity.vector;
