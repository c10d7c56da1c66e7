package org.opensearch.affinity.integ.data;

import java.util.Set;

/** A query that somebody asked, and the items that turned out to be what was wanted. */
public record DataSetQuery(String id, String user, String text, Set<String> relevant) {}
