/** Actions that define, change and describe trackers and models. */
package org.opensearch.affinity.manage;
