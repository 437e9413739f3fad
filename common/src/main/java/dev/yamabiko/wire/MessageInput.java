package dev.yamabiko.wire;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;

/**
 * Kryo's input, but a string's length from elsewhere reserves nothing that the bytes cannot hold.
 */
final class MessageInput extends Input {

  MessageInput(byte[] bytes, int from) {
    super(bytes, from, bytes.length - from);
  }

  @Override
  public String readString() {
    int begin = position();
    if (readVarIntFlag()) {
      // One more than the string's characters, 0 for null; a character takes a byte at least.
      int length = readVarIntFlag(true) - 1;
      int left = limit() - position();
      if (length < -1 || length > left) {
        throw new KryoException(
            "a string of %d characters in %d bytes"
                .formatted(Integer.toUnsignedLong(length), left));
      }
    }
    setPosition(begin);
    return super.readString();
  }
}
