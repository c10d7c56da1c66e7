/**
 * Item-item neighbours, the model that trainings serve: similarities counted from interactions, and a content map that estimates
 * similarities for items without interactions.
 */
package org.opensearch.affinity.learn.neighbour;
