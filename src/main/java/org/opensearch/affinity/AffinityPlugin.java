package org.opensearch.affinity;

import org.opensearch.plugins.Plugin;

/** Wires the parts of the data path into OpenSearch: encode, track, rank. */
public class AffinityPlugin extends Plugin {}
