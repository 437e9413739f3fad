/**
 * What travels between nodes, and how: control messages by {@code MessageSerializer} over Akka's
 * Artery, each class under its number in {@code MessageTable}, each message with a CRC32C; weights,
 * gradients and data as frames on connections of their own.
 *
 * <p>The bulk plane: frames of at most 1 MiB, written by Kryo straight between arrays and direct
 * buffers, each with a CRC32C.
 *
 * <pre>
 *   frame   = int length of body | int CRC32C of body | body (Kryo: class id, fields)
 *   worker      -- Hello(token) -->                          coordinator
 *   worker      &lt;-- Accepted | Refused(reason) --            coordinator
 *   worker      &lt;-- WeightsBegin, ...Next, ... --           coordinator
 *   worker      -- ContributionBegin, ...Next, ... -->       coordinator
 *   worker      -- BlockRequest -->                          coordinator
 *   worker      &lt;-- BlockBegin, BlockNext ... | BlockMissing coordinator
 *   both        -- Ping -->                                  both
 * </pre>
 *
 * <p>Floats follow a beginning in frames of two kinds: first {@code Bfloat16Next}, of two bytes
 * each, for what the job's communication setting rounds, then {@code FloatsNext}.
 */
package dev.yamabiko.wire;
