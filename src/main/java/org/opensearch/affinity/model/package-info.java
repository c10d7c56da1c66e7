/** Trained models: their indices, and the copies that this node ranks with. */
package org.opensearch.affinity.model;
