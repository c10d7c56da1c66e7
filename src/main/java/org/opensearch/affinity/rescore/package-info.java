/** Personalised rescoring: the rescorer, the search pipeline processor that adds it, explanations and reasons. */
package org.opensearch.affinity.rescore;
