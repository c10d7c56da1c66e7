package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.Random;

/**
 * An item of a bulk in which one of a hundred is bad and some are legal but unusual, and what is to become of it. Its pipeline
 * makes the vector of title and image.
 *
 * @param bad   what is wrong with it; null where nothing is
 * @param text  what of it is encoded; null for no text
 * @param image the vector that it brings; null for none
 */
public record MixedItem(int number, ObjectNode source, BadItem bad, String text, float[] image) {
    /** One of so many is bad. */
    public static final int BLOCK = 100;
    static final int DIMENSION = 384;
    /** What the pipeline gives the title, the image has 1. */
    public static final float TITLE_WEIGHT = 2;

    /** The item of that number, the same always; the first one of all is bad. */
    public static MixedItem of(int number, MadeUpTitles titles) {
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
            // A vector of its own that would not fit is replaced, not refused.
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

    /** Not of unit length. */
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
     * The direction that its vector must have.
     *
     * @param encoded unit vector of its text, null where it has none
     * @return null for no vector at all
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
