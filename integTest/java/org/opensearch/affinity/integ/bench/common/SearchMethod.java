package org.opensearch.affinity.integ.bench.common;

import java.io.IOException;
import java.util.List;

/** A way to get the ten best items for numbered queries. Thread-safe. */
public interface SearchMethod {
    /** Its name in files. */
    String key();

    /** Its name for people. */
    String title();

    /** All that is needed until the ten items are there with their titles, and how long it took. */
    SearchClient.Answer ask(SearchClient client, int number) throws IOException;

    /** The ids of the items in an answer, best first. */
    List<String> ranked(SearchClient.Answer answer) throws IOException;
}
