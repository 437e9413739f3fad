package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;

/** Some examples of another dataset; it shares their storage and owns {@code indices}. */
record Subset(Dataset whole, int[] indices) implements Dataset {

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Shape inputShape() {
    return whole.inputShape();
  }

  @Override
  public Targets targets() {
    return whole.targets();
  }

  @Override
  public void readInput(int index, float[] into, int at) {
    whole.readInput(indices[index], into, at);
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    whole.readTarget(indices[index], into, at);
  }
}
