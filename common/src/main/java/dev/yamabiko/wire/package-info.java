/**
 * What travels between nodes, and how: control messages by {@code MessageSerializer} over Akka's
 * Artery, each class under its number in {@code MessageTable}; weights, gradients and data as
 * frames on connections of their own.
 */
package dev.yamabiko.wire;
