package org.opensearch.affinity.model;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.rating.RatingEncoder;
import org.opensearch.affinity.learn.rating.RatingScale;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** The part of a model that predicts ratings: how the rows of users are made, stored beside the rows of the items. Immutable. */
public record RatingPart(RatingEncoder encoder) implements RowEncoder {
    private static final Format FORMAT = Format.first(RatingPart.class);

    RatingPart(StreamInput in) throws IOException {
        this(encoder(FORMAT.read(in)));
    }

    private static RatingEncoder encoder(Frame in) throws IOException {
        RatingScale scale = new RatingScale(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
        return new RatingEncoder(
            scale,
            in.readVInt(),
            in.readDouble(),
            new Regularisation(in.readDouble(), in.readDouble(), in.readDouble())
        );
    }

    @Override
    public int dimension() {
        return encoder.width();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeDouble(encoder.scale().mean());
            out.writeDouble(encoder.scale().deviation());
            out.writeDouble(encoder.scale().min());
            out.writeDouble(encoder.scale().max());
            out.writeVInt(encoder.width());
            out.writeDouble(encoder.damping());
            out.writeDouble(encoder.regularisation().lambda());
            out.writeDouble(encoder.regularisation().alpha());
            out.writeDouble(encoder.regularisation().nu());
        }
    }
}
