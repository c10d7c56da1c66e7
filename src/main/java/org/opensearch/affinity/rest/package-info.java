/** The REST surface under {@code /_plugins/_affinity}: reads requests, runs actions, writes answers, and decides nothing. */
package org.opensearch.affinity.rest;
