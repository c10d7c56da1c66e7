/** Profiles in words: labels of interests, from the texts of the items that made them. */
package org.opensearch.affinity.profile.label;
