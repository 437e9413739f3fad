/**
 * The data directory that several coordinator nodes share: who is there, who may act, and what
 * keeps one that only thinks it may from writing.
 *
 * <pre>
 *   locks         one byte for each named lock, dropped by the system when a process ends
 *   nodes/N-ID    where each coordinator node is          {@link Presence}
 *   leases/NAME   who holds what only one may             {@link FileLease}
 *   term          rises with each take-over               {@link TermFence}
 * </pre>
 *
 * The directory is on a local file system, or on NFS version 4 with its locks; all nodes have it
 * under the same path.
 */
package dev.yamabiko.coordinator.shared;
