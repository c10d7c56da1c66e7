/** Item-item neighbours, the model that trainings serve: similarities counted from the log, and a content map for items without events. */
package org.opensearch.affinity.learn.neighbour;
