package org.opensearch.affinity.integ.bench.common;

import java.io.IOException;
import java.util.List;

/** A way to get the ten best items of a query, beside others that a benchmark compares. Queries are numbered. Thread-safe. */
public interface SearchMethod {
    /** The name in files. */
    String key();

    /** The name in tables. */
    String title();

    /** Runs a query: everything that is needed to get the ten items with their titles. */
    SearchClient.Answer search(SearchClient client, int number) throws IOException;

    /** The ids of the items in an answer, best first. */
    List<String> ranked(SearchClient.Answer answer) throws IOException;
}
