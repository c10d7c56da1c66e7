/** Methods that {@code ./bench learn} measures and that no training serves yet: implicit matrix factorisation, the low-pass filter, LightGCN. */
package org.opensearch.affinity.learn.candidate;
