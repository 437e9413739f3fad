package dev.yamabiko.worker;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on loopback that knows SRV records, and answers that there are none for all else.
 */
final class NameServer implements AutoCloseable {

  private static final int HEADER = 12;
  private static final int SRV = 33;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramSocket socket;
  private final Map<String, List<Integer>> ports = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();

  NameServer() throws IOException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "name-server");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  /** How many questions there have been. */
  int asked() {
    return asked.get();
  }

  /** From now on these nodes, all at 127.0.0.1, are behind the name. */
  void set(String name, List<Integer> nodes) {
    ports.put(name, nodes);
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      DatagramPacket question = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(question);
        asked.incrementAndGet();
        byte[] answer = answer(buffer, question.getLength());
        socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private byte[] answer(byte[] question, int length) throws IOException {
    StringBuilder name = new StringBuilder();
    int at = HEADER;
    while (question[at] != 0) {
      String label = new String(question, at + 1, question[at], StandardCharsets.US_ASCII);
      name.append(name.isEmpty() ? "" : ".").append(label);
      at += 1 + question[at];
    }
    boolean srv = (question[at + 1] << 8 | question[at + 2]) == SRV;
    List<Integer> found = srv ? ports.getOrDefault(name.toString(), List.of()) : List.of();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(0x8180 | (found.isEmpty() ? NO_SUCH_NAME : 0));
    out.writeShort(1);
    out.writeShort(found.size());
    out.writeInt(0);
    out.write(question, HEADER, at + 5 - HEADER);
    for (int port : found) {
      byte[] target = target();
      out.writeShort(0xC00C); // the name of the question
      out.writeShort(SRV);
      out.writeShort(1);
      out.writeInt(0);
      out.writeShort(6 + target.length);
      out.writeInt(0);
      out.writeShort(port);
      out.write(target);
    }
    return bytes.toByteArray();
  }

  private static byte[] target() throws IOException {
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (String label : List.of("127", "0", "0", "1")) {
      name.write(label.length());
      name.write(label.getBytes(StandardCharsets.US_ASCII));
    }
    name.write(0);
    return name.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
