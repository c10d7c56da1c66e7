package org.opensearch.affinity.profile.label;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.ModelGroup;
import org.opensearch.affinity.model.ReadGroupsAction;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The concepts or the segments of a trained model for people: labels in words, typical items and sizes. */
public final class LabelledGroups extends ActionResponse implements ToXContentObject {
    /** Format 2 has the part; before, it was that of concepts. */
    private static final Format FORMAT = Format.first(LabelledGroups.class).withField(2);
    private static final int EXAMPLES = 5;
    private static final int LABELLED_AT_ONCE = 50;
    /** A user hardly belongs to other segments. */
    private static final double LEAST_PROBABILITY = 0.1;

    private final int model;
    private final List<ModelGroup> groups;
    private final List<InterestLabels.Label> labels;
    private final String part;

    /** @param labels of the groups */
    LabelledGroups(int model, List<ModelGroup> groups, List<InterestLabels.Label> labels, String part) {
        this.model = model;
        this.groups = groups;
        this.labels = labels;
        this.part = part;
    }

    LabelledGroups(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        model = in.readVInt();
        groups = in.readList(ModelGroup::new);
        labels = in.readList(InterestLabels.Label::read);
        part = in.format() < 2 ? Signal.CONCEPTS : in.readString();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(model);
            out.writeList(groups);
            out.writeCollection(labels, (stream, label) -> label.write(stream));
            out.writeString(part);
        }
    }

    /**
     * What is read.
     *
     * @param index  of the model
     * @param number of the model
     * @param part   {@link Signal#CONCEPTS} or {@link Signal#SEGMENTS}
     */
    record Source(String index, int number, String part) {}

    /** All groups. */
    static final Predicate<ModelGroup> ALL = group -> true;
    /** All concepts, and the segments that a user belongs to. */
    static final Predicate<ModelGroup> OF_USER = group -> group.level() == 0 || group.ofUser() >= LEAST_PROBABILITY;

    /**
     * Reads the groups of a model with the plugin's rights, which the caller has taken. Segments of a few people are left out.
     *
     * @param history items of a user; empty for none
     * @param wanted  which groups are labelled
     */
    static void read(
        Client client,
        InterestLabels labels,
        TrackedItems items,
        Source source,
        List<String> history,
        Predicate<ModelGroup> wanted,
        ActionListener<LabelledGroups> listener
    ) {
        ReadGroupsAction.Request request = new ReadGroupsAction.Request(source.index, source.part, history);
        client.execute(ReadGroupsAction.INSTANCE, request, ActionListener.wrap(read -> {
            List<ModelGroup> shown = read.groups()
                .stream()
                .filter(group -> group.level() == 0 || group.users() >= ModelGroup.LEAST_USERS)
                .filter(wanted)
                .toList();
            label(client, labels, items, shown, new ArrayList<>(), ActionListener.map(listener, of -> {
                return new LabelledGroups(source.number, shown, of, source.part);
            }));
        }, listener::onFailure));
    }

    /** Labels the groups after those that have labels, some at a time: hundreds would be too many for one search. */
    private static void label(
        Client client,
        InterestLabels labels,
        TrackedItems items,
        List<ModelGroup> groups,
        List<InterestLabels.Label> known,
        ActionListener<List<InterestLabels.Label>> listener
    ) {
        List<List<Interest.Example>> next = groups.stream()
            .skip(known.size())
            .limit(LABELLED_AT_ONCE)
            .map(group -> group.examples().stream().map(one -> new Interest.Example(one.item(), one.weight())).toList())
            .toList();
        if (next.isEmpty()) {
            listener.onResponse(known);
            return;
        }
        labels.labelExamples(client, items, next, ActionListener.wrap(found -> {
            known.addAll(found);
            label(client, labels, items, groups, known, listener);
        }, listener::onFailure));
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("model", model).startArray(part);
        for (int i = 0; i < groups.size(); i++) {
            ModelGroup group = groups.get(i);
            builder.startObject();
            name(builder, i);
            if (group.level() > 0) {
                builder.field("users", group.users());
            }
            builder.field("size", ProfileDescription.rounded(group.size()));
            examples(builder, group, labels.get(i));
            builder.endObject();
        }
        return builder.endArray().endObject();
    }

    private void name(XContentBuilder builder, int i) throws IOException {
        ModelGroup group = groups.get(i);
        builder.field("number", group.number());
        if (group.level() > 0) {
            builder.field("level", group.level());
        }
        if (group.parent() > 0) {
            builder.field("parent", group.parent());
        }
        builder.field("label", labels.get(i).text());
    }

    private static void examples(XContentBuilder builder, ModelGroup group, InterestLabels.Label label) throws IOException {
        builder.startArray("examples");
        for (ModelGroup.Example example : group.examples().stream().limit(EXAMPLES).toList()) {
            builder.startObject().field("item", example.item());
            if (label.titles().containsKey(example.item())) {
                builder.field("title", label.titles().get(example.item()));
            }
            builder.field("share", ProfileDescription.rounded(example.share())).endObject();
        }
        builder.endArray();
    }

    /** Writes how far a user's history belongs to the groups, the most first. */
    void ofUser(XContentBuilder builder) throws IOException {
        int[] mostFirst = IntStream.range(0, groups.size())
            .boxed()
            .sorted((a, b) -> Float.compare(groups.get(b).ofUser(), groups.get(a).ofUser()))
            .mapToInt(Integer::intValue)
            .toArray();
        builder.startArray(part);
        for (int i : mostFirst) {
            builder.startObject();
            name(builder, i);
            builder.field(groups.get(i).level() > 0 ? "probability" : "share", ProfileDescription.rounded(groups.get(i).ofUser())).endObject();
        }
        builder.endArray();
    }
}
