package dev.yamabiko.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The numbers that arrays in files are made of, by NumPy's names: kind and bytes. */
enum ElementType {
  F2(2) {
    @Override
    double read(ByteBuffer from, int at) {
      return half(from.getShort(at));
    }
  },
  F4(4) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getFloat(at);
    }
  },
  F8(8) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getDouble(at);
    }
  },
  I1(1) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.get(at);
    }
  },
  I2(2) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getShort(at);
    }
  },
  I4(4) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getInt(at);
    }
  },
  I8(8) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getLong(at);
    }
  },
  U1(1) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.get(at) & 0xFF;
    }
  },
  U2(2) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.getShort(at) & 0xFFFF;
    }
  },
  U4(4) {
    @Override
    double read(ByteBuffer from, int at) {
      return Integer.toUnsignedLong(from.getInt(at));
    }
  },
  U8(8) {
    @Override
    double read(ByteBuffer from, int at) {
      long bits = from.getLong(at);
      // Half of it, whose last bit says whether anything was cut off, is rounded as the whole is.
      return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
    }
  },
  B1(1) {
    @Override
    double read(ByteBuffer from, int at) {
      return from.get(at) == 0 ? 0 : 1;
    }
  };

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /**
   * The number at this byte of a buffer that has the right order; i8 and u8 are rounded to double.
   */
  abstract double read(ByteBuffer from, int at);

  boolean isFloat() {
    return this == F2 || this == F4 || this == F8;
  }

  String numpyName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<ElementType> named(String numpyName) {
    return Arrays.stream(values()).filter(t -> t.numpyName().equals(numpyName)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(ElementType::numpyName).collect(Collectors.joining(", "));
  }

  /** IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    double magnitude =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1F -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (fraction | 0x400), exponent - 25);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
