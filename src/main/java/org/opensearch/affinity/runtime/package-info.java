/** The native runtime of models: finds and loads libtorch and chooses device and precision. Nothing is downloaded. */
package org.opensearch.affinity.runtime;
