/**
 * Methods that learn a vector for each item: the low-pass filter of graph convolution, and implicit matrix factorisation; and how such
 * vectors are estimated from content.
 */
package org.opensearch.affinity.learn.factor;
