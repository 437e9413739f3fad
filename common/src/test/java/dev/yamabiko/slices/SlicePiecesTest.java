package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.wire.BulkException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlicePiecesTest {

  private static final int LENGTH = SlicePieces.FLOATS + 5;
  private static final int AT = 3;

  private static float[][] vectors() {
    float[][] vectors = new float[2][AT + LENGTH + 2];
    for (int i = 0; i < vectors[0].length; i++) {
      vectors[0][i] = i;
      vectors[1][i] = -1f / (i + 1);
    }
    return vectors;
  }

  @Test
  void shouldBringTheSlicesPartOfEachVectorToItsPlace() throws BulkException {
    float[][] whole = vectors();
    SlicePieces from = new SlicePieces(whole, AT, LENGTH);
    float[][] part = new float[2][LENGTH];
    SlicePieces into = new SlicePieces(part, 0, LENGTH);
    assertEquals(4, from.count());
    for (int piece = 0; piece < from.count(); piece++) {
      ByteBuffer bytes = from.read(piece);
      assertTrue(bytes.remaining() <= SlicePieces.FLOATS * Float.BYTES);
      into.write(piece, bytes);
    }
    assertArrayEquals(Arrays.copyOfRange(whole[0], AT, AT + LENGTH), part[0]);
    assertArrayEquals(Arrays.copyOfRange(whole[1], AT, AT + LENGTH), part[1]);
  }

  @Test
  void shouldHaveNoOtherPieces() {
    SlicePieces pieces = new SlicePieces(vectors(), AT, LENGTH);
    assertNull(pieces.read(-1));
    assertNull(pieces.read(4));
  }

  @Test
  void shouldRefuseAPieceOfAnotherSize() {
    SlicePieces pieces = new SlicePieces(vectors(), AT, LENGTH);
    BulkException refused =
        assertThrows(BulkException.class, () -> pieces.write(1, ByteBuffer.allocate(24)));
    assertEquals("piece 1 has 24 bytes, expected 20", refused.getMessage());
  }
}
