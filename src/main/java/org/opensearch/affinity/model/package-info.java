/** Trained models: their indices, and reading the copies of this node. */
package org.opensearch.affinity.model;
