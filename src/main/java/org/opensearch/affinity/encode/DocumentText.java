package org.opensearch.affinity.encode;

import org.opensearch.ingest.IngestDocument;
import org.opensearch.script.TemplateScript;

import java.util.List;
import java.util.Map;

/**
 * The definition of a document's text: the values of fields, joined in their order, or a template, which is rendered if at least one
 * of the fields has a value. Strings, numbers, booleans and lists of these are text.
 *
 * @param fields   paths in the document
 * @param template null to join the values of the fields
 */
record DocumentText(List<String> fields, TemplateScript.Factory template) {

    /**
     * The text of a document; null if all fields are missing or blank, or if the rendered template is blank.
     *
     * @throws IllegalArgumentException if the value of a field is not text, naming the field
     */
    String of(IngestDocument document) {
        StringBuilder joined = new StringBuilder();
        for (String field : fields) {
            String value = value(field, SourceValues.of(document, field)).strip();
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

    /** Joins values as sentences, with a full stop unless the text before ends with a punctuation mark. */
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
                String text = scalar(field, element, "a list of ");
                if (text.isBlank() == false) {
                    joined.append(joined.isEmpty() ? "" : ", ").append(text.strip());
                }
            }
            return joined.toString();
        }
        return scalar(field, value, "");
    }

    /** @param container words before the value's type in the error message */
    private static String scalar(String field, Object value, String container) {
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
                    + "] must be a string, a number, a boolean or a list of these, got "
                    + container
                    + jsonType(value)
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
