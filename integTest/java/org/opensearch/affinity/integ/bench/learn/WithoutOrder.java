package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.InterestModel;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;

/** A control: a method that learns from the same interactions without their times, and is then given histories in order. */
record WithoutOrder(LearningMethod method) implements LearningMethod {
    @Override
    public InterestModel learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(interactions.items(), interactions.actionNames());
        for (int user = 0; user < interactions.users(); user++) {
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                builder.add(user, interactions.item(position), interactions.weight(position), 0, interactions.action(position));
            }
        }
        return method.learn(builder.build(), parallel, progress);
    }
}
