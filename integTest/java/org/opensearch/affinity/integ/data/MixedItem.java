package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.Random;

/**
 * An item of a bulk request in which one of a hundred items is bad and some are unusual but valid, with the expected result. The
 * ingest pipeline combines the vectors of title and image.
 *
 * @param source the document
 * @param bad    its error; null for a valid item
 * @param text   the text that must be encoded; null for none
 * @param image  its own vector, not of unit length; null for none
 */
public record MixedItem(int number, ObjectNode source, BadItem bad, String text, float[] image) {
    /** One of so many items is bad. */
    public static final int BLOCK = 100;
    static final int DIMENSION = 384;
    /** Weight of the title in the pipeline; that of the image is 1. */
    public static final float TITLE_WEIGHT = 2;

    /** The item of a number; it depends on number and titles alone. Item 0 is bad. */
    public static MixedItem of(int number, GeneratedTitles titles) {
        String title = titles.title(number);
        ObjectNode source = Rest.JSON.createObjectNode();
        source.put("number", number).put("title", title).put("price", number % 90);
        int block = number / BLOCK;
        if (number % BLOCK == (block == 0 ? 0 : new Random(block).nextInt(BLOCK))) {
            BadItem bad = BadItem.values()[block % BadItem.values().length];
            bad.spoil(source);
            return new MixedItem(number, source, bad, null, null);
        }
        return switch (number % 20) {
            case 3 -> untitled(number, source.putNull("title"), null);
            case 5 -> untitled(number, source.without("title"), image(number));
            case 7 -> new MixedItem(number, source.put("title", number + 0.5), null, number + ".5", null);
            case 9 -> {
                source.putArray("title").add(title).addNull().add(" ").add("lamp");
                yield new MixedItem(number, source, null, title + ", lamp", null);
            }
            case 11 -> {
                source.set("image", json(image(number)));
                yield new MixedItem(number, source, null, title, image(number));
            }
            // An invalid value of the target field is replaced, not rejected.
            case 13 -> new MixedItem(number, source.put("item_vector", "none yet"), null, title, null);
            case 15 -> new MixedItem(number, source.putNull("image"), null, title, null);
            default -> new MixedItem(number, source, null, title, null);
        };
    }

    private static MixedItem untitled(int number, ObjectNode source, float[] image) {
        if (image != null) {
            source.set("image", json(image));
        }
        return new MixedItem(number, source, null, null, image);
    }

    /** The image vector of an item; not of unit length. */
    static float[] image(int number) {
        Random random = new Random(-number);
        float[] image = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            image[i] = random.nextInt(-100, 101) / 16f;
        }
        return image;
    }

    static ArrayNode json(float[] vector) {
        ArrayNode json = Rest.JSON.createArrayNode();
        for (float value : vector) {
            json.add(value);
        }
        return json;
    }

    /**
     * The expected direction of the item's vector.
     *
     * @param encoded unit vector of its text; null without text
     * @return not of unit length; null for an item without a vector
     */
    public float[] direction(float[] encoded) {
        if (image == null || encoded == null) {
            return image == null ? encoded : image;
        }
        double squared = 0;
        for (float value : image) {
            squared += value * value;
        }
        float[] sum = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            sum[i] = (float) (TITLE_WEIGHT * encoded[i] + image[i] / Math.sqrt(squared));
        }
        return sum;
    }
}
