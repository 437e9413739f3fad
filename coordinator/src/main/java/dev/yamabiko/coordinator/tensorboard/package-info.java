/**
 * Files that TensorBoard reads: records with checksums, each a Protobuf message, written by hand
 * because the few that are needed take fewer lines than a library's generated classes would be
 * megabytes.
 */
package dev.yamabiko.coordinator.tensorboard;
