/**
 * Command-line tools that build model packs: they make TorchScript modules from ONNX exports, at build time and for
 * {@code import-model}. Nodes do not run this code.
 */
package org.opensearch.affinity.tool;
