/** The REST API under {@code /_plugins/_affinity}: handlers parse requests, run actions and send their responses. They decide nothing. */
package org.opensearch.affinity.rest;
