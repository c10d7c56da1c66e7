package org.opensearch.affinity.profile.label;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.Concept;
import org.opensearch.affinity.model.ReadConceptsAction;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** The concepts of a trained model for people: labels in words, typical items and sizes. */
public final class LabelledConcepts extends ActionResponse implements ToXContentObject {
    private static final Format FORMAT = Format.first(LabelledConcepts.class);
    private static final int EXAMPLES = 5;

    private final int model;
    private final List<Concept> concepts;
    private final List<InterestLabels.Label> labels;

    /** @param labels of the concepts */
    LabelledConcepts(int model, List<Concept> concepts, List<InterestLabels.Label> labels) {
        this.model = model;
        this.concepts = concepts;
        this.labels = labels;
    }

    LabelledConcepts(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        model = in.readVInt();
        concepts = in.readList(Concept::new);
        labels = in.readList(InterestLabels.Label::read);
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(model);
            out.writeList(concepts);
            out.writeCollection(labels, (stream, label) -> label.write(stream));
        }
    }

    /**
     * Reads the concepts of a model with the plugin's rights, which the caller has taken.
     *
     * @param index   of the model
     * @param history items of a user; empty for none
     */
    static void read(
        Client client,
        InterestLabels labels,
        TrackedItems items,
        String index,
        int number,
        List<String> history,
        ActionListener<LabelledConcepts> listener
    ) {
        client.execute(ReadConceptsAction.INSTANCE, new ReadConceptsAction.Request(index, history), ActionListener.wrap(read -> {
            List<List<Interest.Example>> groups = read.concepts().stream()
                .map(concept -> concept.examples().stream().map(one -> new Interest.Example(one.item(), one.share() * one.events())).toList())
                .toList();
            labels.labelExamples(
                client,
                items,
                groups,
                ActionListener.map(listener, of -> new LabelledConcepts(number, read.concepts(), of))
            );
        }, listener::onFailure));
    }

    boolean isEmpty() {
        return concepts.isEmpty();
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("model", model).startArray("concepts");
        for (int i : IntStream.range(0, concepts.size()).toArray()) {
            Concept concept = concepts.get(i);
            builder.startObject().field("number", concept.number()).field("label", labels.get(i).text());
            builder.field("size", ProfileDescription.rounded(concept.size())).startArray("examples");
            for (Concept.Example example : concept.examples().stream().limit(EXAMPLES).toList()) {
                builder.startObject().field("item", example.item());
                if (labels.get(i).titles().containsKey(example.item())) {
                    builder.field("title", labels.get(i).titles().get(example.item()));
                }
                builder.field("share", ProfileDescription.rounded(example.share())).endObject();
            }
            builder.endArray().endObject();
        }
        return builder.endArray().endObject();
    }

    /** Writes the shares of a user's history in the concepts, the largest first. */
    void ofUser(XContentBuilder builder) throws IOException {
        int[] largestFirst = IntStream.range(0, concepts.size())
            .boxed()
            .sorted((a, b) -> Float.compare(concepts.get(b).ofUser(), concepts.get(a).ofUser()))
            .mapToInt(Integer::intValue)
            .toArray();
        builder.startArray("concepts");
        for (int i : largestFirst) {
            builder.startObject().field("number", concepts.get(i).number()).field("label", labels.get(i).text());
            builder.field("share", ProfileDescription.rounded(concepts.get(i).ofUser())).endObject();
        }
        builder.endArray();
    }
}
