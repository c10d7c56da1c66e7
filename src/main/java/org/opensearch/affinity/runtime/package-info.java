/** libtorch on this node: where it lies, which device and precision it uses, and how it is loaded. Nothing is downloaded. */
package org.opensearch.affinity.runtime;
