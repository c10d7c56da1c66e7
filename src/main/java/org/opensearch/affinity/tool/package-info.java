/**
 * Command-line tools that make model packs: TorchScript archives from ONNX exports, at build time and for {@code import-model}. No node runs
 * this code.
 */
package org.opensearch.affinity.tool;
