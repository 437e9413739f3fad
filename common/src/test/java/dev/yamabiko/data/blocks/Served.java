package dev.yamabiko.data.blocks;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.DatasetHash;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Test fixture: data of random numbers, and a source of its blocks that can be made to err. */
final class Served implements BlockSource {

  /** Makes of the right block, and how often it was asked for before, what is answered. */
  interface Fault extends BiFunction<ByteBuffer, Integer, CompletableFuture<ByteBuffer>> {}

  private final PreparedDatasets datasets;
  private final List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile int faulty = Integer.MAX_VALUE;
  private volatile Fault fault;

  Served(PreparedDatasets datasets) {
    this.datasets = datasets;
  }

  /** Inputs of many values, each a function of (seed, index, place). */
  record Scrambled(int size, Targets targets, int seed) implements Dataset {
    private static final int FLOATS = 2048;

    @Override
    public Shape inputShape() {
      return Shape.of(FLOATS);
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      for (int i = 0; i < FLOATS; i++) {
        int number = (seed * 100_003 + index) * FLOATS + i;
        into[at + i] = number * 0x9E3779B9 >> 8;
      }
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      into[at] = index % 3;
    }
  }

  /** Of each example 8 KiB, so that a block holds 64. */
  static LoadedData data(int examples, int seed) {
    Targets targets = Targets.Classes.numbered(3);
    return new LoadedData(
        new Scrambled(examples, targets, seed),
        Optional.of(new Scrambled(5, targets, -seed)),
        List.of(),
        Optional.empty());
  }

  static String hash(LoadedData data) {
    return DatasetHash.sha256(data.train(), data.validation());
  }

  Served failing(int index, Fault fault) {
    this.faulty = index;
    this.fault = fault;
    return this;
  }

  /** All that was asked for, in order. */
  List<Integer> asked() {
    return List.copyOf(asked);
  }

  void forget() {
    asked.clear();
    faulty = Integer.MAX_VALUE;
  }

  @Override
  public CompletableFuture<ByteBuffer> block(String contentSha256, int index) {
    int before = Collections.frequency(asked(), index);
    asked.add(index);
    ByteBuffer right = datasets.block(contentSha256, index);
    return index == faulty ? fault.apply(right, before) : CompletableFuture.completedFuture(right);
  }

  /** A copy with one bit that is not as it should be. */
  static ByteBuffer flipped(ByteBuffer right) {
    ByteBuffer wrong = ByteBuffer.allocate(right.remaining()).put(right.duplicate()).flip();
    return wrong.put(7, (byte) (wrong.get(7) ^ 1));
  }
}
