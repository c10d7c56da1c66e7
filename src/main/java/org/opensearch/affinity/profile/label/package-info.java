/** Labels of interests: characteristic words, phrases and titles of the items of their events. */
package org.opensearch.affinity.profile.label;
