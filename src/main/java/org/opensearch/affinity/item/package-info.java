/** What is known of an item: its row (what all users did with it), the table of rows in a node's memory, its vector and its ids. */
package org.opensearch.affinity.item;
