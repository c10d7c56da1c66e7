/** Parsing of requests and definitions: objects are read into builders, with errors that name the field, the value and what would be right. */
package org.opensearch.affinity.xcontent;
