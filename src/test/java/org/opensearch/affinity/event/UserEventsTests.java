package org.opensearch.affinity.event;

import org.apache.lucene.util.automaton.CharacterRunAutomaton;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.RegExp;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

/** Which documents are those of a user whose name is a number. */
public class UserEventsTests extends OpenSearchTestCase {
    private static final EventReader READER = new EventReader(EventFields.UBI, Contexts.NONE, null);

    private static boolean finds(String user, String term) {
        RegExp notations = new RegExp(UserEvents.notations(user));
        return new CharacterRunAutomaton(Operations.determinize(notations.toAutomaton(), 10_000)).run(term);
    }

    public void testEveryNotationIsFound() {
        for (String term : List.of("42", "42.0", "42.00", "4.2e1", "4.2E+1", "420e-1", "0.42e2", "42e0", "42.0E0")) {
            assertTrue(term, finds("42", term));
        }
        for (String term : List.of("421", "142", "24", "4 2", "42a", "x42", "")) {
            assertFalse(term, finds("42", term));
        }
        assertTrue(finds("0", "0.0") && finds("0", "-0") && finds("0", "0e7"));
        assertTrue(finds("-7.5", "-7.50") && finds("-7.5", "-75e-1"));
        assertTrue(finds("10000000", "1.0E7") && finds("10000000", "1e7") && finds("10000000", "10000000.0"));
    }

    /** The query may find more: documents that name other users are kept. */
    public void testOnlyDocumentsThatNameTheUser() {
        assertTrue(names("42", "{\"client_id\": 42.0}"));
        assertTrue(names("42", "{\"client_id\": 4.2e1}"));
        assertTrue(names("42", "{\"client_id\": \"42\"}"));
        assertFalse("a string is the user of its notation", names("42", "{\"client_id\": \"42.0\"}"));
        assertTrue(names("42.0", "{\"client_id\": \"42.0\"}"));
        assertFalse("a number is not", names("42.0", "{\"client_id\": 42.0}"));
        assertFalse("another number", names("42", "{\"client_id\": 4.2}"));
        assertFalse("the first field with a value", names("42", "{\"user_id\": \"ann\", \"client_id\": 42}"));
        assertTrue("not a usable event, but the user's", names("42", "{\"client_id\": [42.0, 43]}"));
        assertFalse(names("42", "no JSON"));
    }

    private static boolean names(String user, String source) {
        return READER.names(user, new BytesArray(source));
    }
}
