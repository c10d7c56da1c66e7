/**
 * Encodes texts as unit vectors: the ingest processor {@code affinity_encode}, the REST call {@code _encode} and the cache. Start
 * reading at {@code Encoder}.
 */
package org.opensearch.affinity.encode;
