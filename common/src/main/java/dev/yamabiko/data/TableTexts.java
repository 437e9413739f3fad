package dev.yamabiko.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The texts of a table, which are kept behind its rows: what its first line holds, what the numbers
 * in each categorical column stand for, and in the label column. Big-endian:
 *
 * <pre>
 *   int32 number of lists, then per list:
 *     int32 number of texts, then per text: int32 bytes, and the text in UTF-8
 *   int32 bytes of all this, without itself
 * </pre>
 *
 * @param categories by the place among the valued columns; empty for a column of numbers
 */
record TableTexts(List<String> firstLine, List<List<String>> categories, List<String> classes) {

  void writeTo(OutputStream out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    data.writeInt(2 + categories.size());
    write(firstLine, data);
    for (List<String> texts : categories) {
      write(texts, data);
    }
    write(classes, data);
    data.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  private static void write(List<String> texts, DataOutputStream data) throws IOException {
    data.writeInt(texts.size());
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      data.writeInt(utf8.length);
      data.write(utf8);
    }
  }

  /** Those at the end of a table. */
  static TableTexts read(Segments table) {
    try {
      int size = data(table, table.length() - Integer.BYTES, Integer.BYTES).readInt();
      DataInputStream data = data(table, table.length() - Integer.BYTES - size, size);
      List<List<String>> lists = new ArrayList<>();
      for (int count = data.readInt(); count > 0; count--) {
        lists.add(readList(data));
      }
      int last = lists.size() - 1;
      return new TableTexts(lists.get(0), lists.subList(1, last), lists.get(last));
    } catch (IOException e) {
      throw new UncheckedIOException("texts are read from memory", e);
    }
  }

  private static DataInputStream data(Segments table, long from, int count) {
    return new DataInputStream(new ByteArrayInputStream(table.bytes(from, count)));
  }

  private static List<String> readList(DataInputStream data) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int count = data.readInt(); count > 0; count--) {
      texts.add(new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
