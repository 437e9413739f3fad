package dev.yamabiko.slices;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A slice's weights and what else is asked for of it, such as the optimizer's state, as they travel
 * between the coordinator and the slice's owner: cut into pieces of at most 4 MiB, the first
 * vector's before the next one's, each fetched like a block of a dataset. Floats are big-endian.
 */
public final class SlicePieces {

  static final int FLOATS = 1 << 20;

  private final float[][] vectors;
  private final int at;
  private final int length;

  /**
   * The elements [at, at + length) of each of these vectors, which are read and written in place.
   */
  public SlicePieces(float[][] vectors, int at, int length) {
    this.vectors = vectors;
    this.at = at;
    this.length = length;
  }

  /** The same of the vectors that a slice, or several, is to be copied to. */
  public static SlicePieces of(SliceMessage.ReadSlice copies, int at, int length) {
    List<float[]> vectors = new ArrayList<>(List.of(copies.weights()));
    vectors.addAll(List.of(copies.state()));
    copies.gradient().ifPresent(vectors::add);
    return new SlicePieces(vectors.toArray(float[][]::new), at, length);
  }

  /** The same of a checkpoint's whole vectors. */
  public static SlicePieces of(Checkpoint checkpoint, int at, int length) {
    List<float[]> vectors = new ArrayList<>(List.of(checkpoint.weights()));
    vectors.addAll(List.of(checkpoint.state()));
    return new SlicePieces(vectors.toArray(float[][]::new), at, length);
  }

  /** What a connection that carries pieces says that it belongs to. */
  public static RunKey key(RunKey run) {
    return new RunKey(run.run() + "/pieces", run.term(), run.lineage());
  }

  /** What is fetched at the beginning of a lineage. */
  public static String beginning(int slice) {
    return "slice-" + slice;
  }

  /** What is fetched for a checkpoint. */
  public static String staged(long step, int slice) {
    return "step-" + step + "-slice-" + slice;
  }

  int count() {
    return vectors.length * perVector();
  }

  private int perVector() {
    return (length - 1) / FLOATS + 1;
  }

  private int offset(int piece) {
    return piece % perVector() * FLOATS;
  }

  private int floats(int piece) {
    return Math.min(FLOATS, length - offset(piece));
  }

  /** Null if there is no such piece. */
  public ByteBuffer read(int piece) {
    if (piece < 0 || piece >= count()) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(floats(piece) * Float.BYTES);
    float[] vector = vectors[piece / perVector()];
    bytes.asFloatBuffer().put(vector, at + offset(piece), floats(piece));
    return bytes;
  }

  void write(int piece, ByteBuffer bytes) throws BulkException {
    if (bytes.remaining() != floats(piece) * Float.BYTES) {
      throw new BulkException(
          "piece %d has %d bytes, expected %d"
              .formatted(piece, bytes.remaining(), floats(piece) * Float.BYTES));
    }
    float[] vector = vectors[piece / perVector()];
    bytes.asFloatBuffer().get(vector, at + offset(piece), floats(piece));
  }

  /**
   * Fetches all pieces; blocks until they are here.
   *
   * @throws BulkException if one cannot be had
   */
  public void fetch(BulkClient from, String name) throws BulkException {
    try {
      CompletableFuture<ByteBuffer> next = from.fetchDatasetBlock(name, 0);
      for (int piece = 0; piece < count(); piece++) {
        CompletableFuture<ByteBuffer> now = next;
        if (piece + 1 < count()) {
          next = from.fetchDatasetBlock(name, piece + 1);
        }
        write(piece, now.join());
      }
    } catch (CompletionException e) {
      throw new BulkException(e.getCause() == null ? e.toString() : e.getCause().getMessage());
    }
  }
}
