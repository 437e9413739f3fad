/**
 * The bulk plane: weights, gradients and dataset blocks on TCP connections of their own, beside the
 * control messages. Frames of at most 1 MiB, written by Kryo straight between arrays and direct
 * buffers, each with a CRC32C.
 *
 * <pre>
 *   frame   = int length of body | int CRC32C of body | body (Kryo: class id, fields)
 *   worker      -- Hello(token) -->                          coordinator
 *   worker      &lt;-- Accepted | Refused(reason) --            coordinator
 *   worker      &lt;-- WeightsBegin, FloatsNext, ... --         coordinator
 *   worker      -- ContributionBegin, FloatsNext, ... -->    coordinator
 *   worker      -- BlockRequest -->                          coordinator
 *   worker      &lt;-- BlockBegin, BlockNext ... | BlockMissing coordinator
 *   both        -- Ping -->                                  both
 * </pre>
 */
package dev.yamabiko.wire;
