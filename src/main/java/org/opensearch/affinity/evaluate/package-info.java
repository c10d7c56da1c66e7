/**
 * How good rankings are: judged queries are asked again without the user, with what is popular, and with the user's profile,
 * and the answers are compared. {@code Judgement}, {@code Bootstrap} and what stands beside them are pure; {@code Evaluation}
 * asks the node.
 */
package org.opensearch.affinity.evaluate;
