package dev.yamabiko.cli.forecast;

/**
 * What the product's code costs on one machine, in seconds. Every node is taken to be such a
 * machine.
 *
 * @param cores of the machine
 * @param block forward and backward, by one thread that has the machine for itself
 * @param contention how many times as long that takes when all cores compute at once
 * @param order when a block's gradient leaves
 * @param install of one float of the weights, where a worker puts them together
 * @param add of one float of a further contribution to a slice
 * @param update of one float of a slice: the mean, the optimizer's step, and looking for NaN
 * @param perByte processor time of one byte of floats on either end of a connection: copy, CRC32C,
 *     socket
 * @param perMessage processor time of one message on either end, whatever its length
 * @param trip of a message without content from one thread to another, over loopback
 * @param handOver from one thread to another in the same process
 */
public record Costs(
    int cores,
    BlockCost block,
    double contention,
    GradientOrder order,
    double install,
    double add,
    double update,
    double perByte,
    double perMessage,
    double trip,
    double handOver) {

  /** The same without what sending takes. */
  Costs withoutSending() {
    return new Costs(cores, block, contention, order, install, add, update, 0, 0, 0, handOver);
  }
}
