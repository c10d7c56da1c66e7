package org.opensearch.affinity.integ.data;

import java.util.Set;

/** A judged query: a text, its user and the ids of the relevant items. */
public record DataSetQuery(String id, String user, String text, Set<String> relevant) {}
