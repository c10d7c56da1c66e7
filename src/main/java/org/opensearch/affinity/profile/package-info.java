/**
 * What is known of a user: interests, history and what the user asked to be forgotten. {@code Profile} folds events, {@code ProfileIndex}
 * stores profiles, the actions read, use and delete them.
 */
package org.opensearch.affinity.profile;
