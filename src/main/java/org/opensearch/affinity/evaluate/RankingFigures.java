package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of a set of queries.
 *
 * @param queries     number of queries
 * @param rankings    means over queries, by ranking and metric
 * @param differences between two rankings, by their names and the metric
 * @param ratios      the personalised mean divided by the plain one; without metrics whose plain mean is 0
 */
record RankingFigures(
    int queries,
    Map<String, Map<String, Interval>> rankings,
    Map<String, Map<String, Interval>> differences,
    Map<String, Map<String, Interval>> ratios
) implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(RankingFigures.class);

    RankingFigures(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private RankingFigures(Frame in) throws IOException {
        this(in.readVInt(), read(in), read(in), read(in));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(queries);
            for (Map<String, Map<String, Interval>> part : List.of(rankings, differences, ratios)) {
                out.writeVInt(part.size());
                for (Map.Entry<String, Map<String, Interval>> figures : part.entrySet()) {
                    out.writeString(figures.getKey());
                    out.writeVInt(figures.getValue().size());
                    for (Map.Entry<String, Interval> figure : figures.getValue().entrySet()) {
                        out.writeString(figure.getKey());
                        figure.getValue().writeTo(out);
                    }
                }
            }
        }
    }

    /** Keeps the order of metrics, so that responses are the same from every node. */
    private static Map<String, Map<String, Interval>> read(StreamInput in) throws IOException {
        Map<String, Map<String, Interval>> part = new LinkedHashMap<>();
        for (int names = in.readVInt(); names > 0; names--) {
            Map<String, Interval> figures = new LinkedHashMap<>();
            part.put(in.readString(), figures);
            for (int size = in.readVInt(); size > 0; size--) {
                figures.put(in.readString(), new Interval(in));
            }
        }
        return part;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        write(builder.startObject("rankings"), rankings);
        write(builder.startObject("differences"), differences);
        write(builder.startObject("ratios"), ratios);
        return builder;
    }

    private static void write(XContentBuilder builder, Map<String, Map<String, Interval>> part) throws IOException {
        for (Map.Entry<String, Map<String, Interval>> figures : part.entrySet()) {
            builder.startObject(figures.getKey());
            for (Map.Entry<String, Interval> figure : figures.getValue().entrySet()) {
                builder.field(figure.getKey(), figure.getValue());
            }
            builder.endObject();
        }
        builder.endObject();
    }
}
