/** What a training keeps of itself, so that it can go on after its node died. */
package org.opensearch.affinity.train.journal;
