/** Text to unit vectors: the ingest processor, the {@code _encode} call and the cache. Start reading at {@code Encoder}. */
package org.opensearch.affinity.encode;
