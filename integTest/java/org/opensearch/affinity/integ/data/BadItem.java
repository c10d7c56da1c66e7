package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.function.Consumer;

/** Errors of a document that is to be encoded. Some are found by the ingest processor, some by the mapping. */
public enum BadItem {
    TITLE_IS_AN_OBJECT("title", item -> item.putObject("title").put("en", "tent")),
    TITLES_IN_AN_OBJECT("title", item -> item.putArray("title").add("tent").addObject().put("en", "lamp")),
    TITLES_IN_A_LIST("title", item -> item.putArray("title").addArray().add(1).add(2)),
    IMAGE_IS_TEXT("image", item -> item.put("image", "0.1, 0.2")),
    IMAGE_IS_SHORT("image", item -> image(item).remove(0)),
    IMAGE_IS_NOT_A_NUMBER("image", item -> image(item).set(7, "NaN")),
    IMAGE_IS_INFINITE("image", item -> image(item).set(7, 1e39)),
    IMAGE_IS_ZERO("image", item -> {
        ArrayNode image = image(item);
        for (int i = 0; i < image.size(); i++) {
            image.set(i, 0);
        }
    }),
    PRICE_IS_TEXT("price", item -> item.put("price", "cheap")),
    FIELD_IS_UNKNOWN("colour", item -> item.put("colour", "red"));

    private final String field;
    private final Consumer<ObjectNode> spoil;

    BadItem(String field, Consumer<ObjectNode> spoil) {
        this.field = field;
        this.spoil = spoil;
    }

    /** The field that the error message must name. */
    public String field() {
        return field;
    }

    void spoil(ObjectNode item) {
        spoil.accept(item);
    }

    private static ArrayNode image(ObjectNode item) {
        return item.putArray("image").addAll(MixedItem.json(MixedItem.image(1)));
    }
}
