/** Model packs and how they run: reading a pack, tokenising, batching, inference. */
package org.opensearch.affinity.encode.pack;
