package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Metrics of the rankings, over all queries and by the number of known events of the user. */
public final class EvaluateResponse extends ActionResponse implements ToXContentObject {
    private static final Format FORMAT = Format.first(EvaluateResponse.class);

    private final long tookMillis;
    private final EvaluateTask.Progress progress;
    private final int depth;
    private final long items;
    private final RankingFigures all;
    private final Map<String, RankingFigures> groups;

    /**
     * @param depth  number of hits per search
     * @param items  number of items of the catalogue
     * @param groups by the names of {@link KnownEvents}; without groups that have no queries
     */
    EvaluateResponse(
        long tookMillis,
        EvaluateTask.Progress progress,
        int depth,
        long items,
        RankingFigures all,
        Map<String, RankingFigures> groups
    ) {
        this.tookMillis = tookMillis;
        this.progress = progress;
        this.depth = depth;
        this.items = items;
        this.all = all;
        this.groups = groups;
    }

    EvaluateResponse(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tookMillis = in.readVLong();
        progress = new EvaluateTask.Progress(in);
        depth = in.readVInt();
        items = in.readVLong();
        all = new RankingFigures(in);
        groups = new LinkedHashMap<>();
        for (int size = in.readVInt(); size > 0; size--) {
            groups.put(in.readString(), new RankingFigures(in));
        }
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(tookMillis);
            progress.writeTo(out);
            out.writeVInt(depth);
            out.writeVLong(items);
            all.writeTo(out);
            out.writeVInt(groups.size());
            for (Map.Entry<String, RankingFigures> group : groups.entrySet()) {
                out.writeString(group.getKey());
                group.getValue().writeTo(out);
            }
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("took", tookMillis);
        builder.field("queries", progress.total()).field("evaluated", all.queries()).field("leaks", progress.leaks());
        builder.field("depth", depth).field("items", items).field("resamples", Bootstrap.RESAMPLES);
        all.toXContent(builder, params);
        builder.startObject("groups");
        for (Map.Entry<String, RankingFigures> group : groups.entrySet()) {
            builder.startObject(group.getKey()).field("queries", group.getValue().queries());
            group.getValue().toXContent(builder, params).endObject();
        }
        return builder.endObject().endObject();
    }
}
