/** Groups of vectors. */
package org.opensearch.affinity.learn.cluster;
