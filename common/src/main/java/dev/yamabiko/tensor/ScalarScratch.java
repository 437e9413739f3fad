package dev.yamabiko.tensor;

/** What {@link ScalarKernels} keep: turned weights, shards' sums, and convolved images. */
final class ScalarScratch implements KernelScratch {
  private long sums;
  private long weights;
  private long outputs;
  private long convolved;

  @Override
  public void dense(int rows, int in, int out, int shards) {
    weights = Math.max(weights, (long) in * out);
    sums = Math.max(sums, ShardSums.floats(shards, (long) in * out));
  }

  @Override
  public void convolution(ConvShape shape, int shards) {
    long filters = shape.filters();
    weights = Math.max(weights, shape.taps() * filters);
    outputs = Math.max(outputs, Math.max(filters, shape.channels()));
    sums = Math.max(sums, ShardSums.floats(shards, (shape.taps() + 1) * filters));
  }

  @Override
  public void pooledConvolution(PooledConvShape shape, int rows, int shards) {
    convolution(shape.convolution(), shards);
    convolved = Math.max(convolved, (long) rows * shape.convolution().outputSize());
  }

  @Override
  public long floats() {
    return sums + weights + outputs + convolved;
  }
}
