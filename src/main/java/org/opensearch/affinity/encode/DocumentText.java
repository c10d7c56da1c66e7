package org.opensearch.affinity.encode;

import org.opensearch.ingest.IngestDocument;
import org.opensearch.script.TemplateScript;

import java.util.List;
import java.util.Map;

/**
 * What of a document is encoded: its fields' values in their order, or a template that is rendered if any
 * of the fields has a value. Strings, numbers, booleans and lists of these are text.
 *
 * @param fields   paths in the document
 * @param template null to join the fields
 */
record DocumentText(List<String> fields, TemplateScript.Factory template) {

    /**
     * The document's text, or null if none of the fields has a value that is not blank.
     *
     * @throws IllegalArgumentException naming a field whose value is no text
     */
    String of(IngestDocument document) {
        StringBuilder joined = new StringBuilder();
        for (String field : fields) {
            String value = value(field, document.getFieldValue(field, Object.class, true)).strip();
            if (value.isEmpty() == false) {
                appendSentence(joined, value);
            }
        }
        if (joined.isEmpty()) {
            return null;
        }
        if (template == null) {
            return joined.toString();
        }
        String rendered = document.renderTemplate(template);
        return rendered.isBlank() ? null : rendered;
    }

    /** Fields are sentences to the model; a value that ends as a sentence needs no second full stop. */
    private static void appendSentence(StringBuilder joined, String value) {
        if (joined.isEmpty() == false) {
            char last = joined.charAt(joined.length() - 1);
            joined.append(".!?:;,".indexOf(last) < 0 ? ". " : " ");
        }
        joined.append(value);
    }

    private static String value(String field, Object value) {
        if (value instanceof List<?> list) {
            StringBuilder joined = new StringBuilder();
            for (Object element : list) {
                String text = scalar(field, "a list of ", element);
                if (text.isBlank() == false) {
                    joined.append(joined.isEmpty() ? "" : ", ").append(text.strip());
                }
            }
            return joined.toString();
        }
        return scalar(field, "", value);
    }

    private static String scalar(String field, String holder, Object value) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            default -> throw new IllegalArgumentException(
                "["
                    + EncodeProcessor.TYPE
                    + "] field ["
                    + field
                    + "] holds "
                    + holder
                    + jsonType(value)
                    + "; wanted a string, a number, a boolean or a list of these"
            );
        };
    }

    private static String jsonType(Object value) {
        return switch (value) {
            case Map<?, ?> map -> "[object]";
            case List<?> list -> "[array]";
            default -> "[" + value.getClass().getSimpleName() + "]";
        };
    }
}
