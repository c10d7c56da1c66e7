/** Parsing of definitions and requests, with errors that name the field, the value and what would be right. */
package org.opensearch.affinity.xcontent;
