/**
 * The native runtime of models: {@code TorchRuntime} chooses device and precision and loads libtorch, {@code Libtorch} finds and checks it,
 * {@code ForeignLibtorch} refuses to load beside that of another plugin. Nothing is downloaded.
 */
package org.opensearch.affinity.runtime;
