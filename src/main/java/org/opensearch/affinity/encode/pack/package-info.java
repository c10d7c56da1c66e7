/** Model packs: reading their manifests, tokenising texts, batching and inference. */
package org.opensearch.affinity.encode.pack;
