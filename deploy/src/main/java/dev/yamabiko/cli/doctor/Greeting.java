package dev.yamabiko.cli.doctor;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The beginning of a TLS connection, by an engine as a node has it, and with one deadline for all
 * of it. What the peer sends beyond is thrown away.
 */
final class Greeting {

  private static final String TLS_13 = "TLSv1.3";

  /**
   * More than the longest record that the engine waits for. It begins with room for those of TLS,
   * but once a peer announces up to twice as much it neither reads nor writes in less room.
   */
  private static final int ROOM = 1 << 16;

  private final Socket socket;
  private final SSLEngine engine;
  private final ByteBuffer plain = ByteBuffer.allocate(ROOM);
  private final ByteBuffer arrived = ByteBuffer.allocate(ROOM).flip();
  private final ByteBuffer leaving = ByteBuffer.allocate(ROOM);
  private boolean answered;

  /**
   * @param socket connected; whoever has made it closes it
   * @param engine a client's, new
   */
  Greeting(Socket socket, SSLEngine engine) {
    this.socket = socket;
    this.engine = engine;
  }

  /**
   * Shakes hands.
   *
   * @throws SSLException if one of both does not believe the other, or the peer speaks no TLS
   * @throws SocketTimeoutException after the deadline
   * @throws IOException if the peer ends the connection
   */
  void shakeHands(Duration deadline) throws IOException {
    long end = System.nanoTime() + deadline.toNanos();
    try {
      engine.beginHandshake();
      while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
        switch (engine.getHandshakeStatus()) {
          case NEED_WRAP -> send();
          case NEED_TASK -> engine.getDelegatedTask().run();
          default -> read(end);
        }
      }
    } catch (SSLException e) {
      end(); // the peer hears why
      throw e;
    }
  }

  /**
   * With TLS 1.3 a client's certificate is looked at when the client has done its part: who takes
   * it sends a ticket for the next time, who does not says why.
   *
   * @param deadline after which the peer has nothing against it; who sends no tickets is silent
   */
  void awaitObjection(Duration deadline) throws IOException {
    if (!engine.getSession().getProtocol().equals(TLS_13)) {
      return;
    }
    long end = System.nanoTime() + deadline.toNanos();
    try {
      while (read(end) == 0) {
        // Not a whole record yet.
      }
    } catch (SocketTimeoutException e) {
      return;
    }
    end();
  }

  /**
   * Sends only the client's hello, and returns the first byte of the answer.
   *
   * @throws SocketTimeoutException after the deadline
   * @throws IOException if the peer ends the connection
   */
  int firstByte(Duration deadline) throws IOException {
    engine.beginHandshake();
    send();
    receive(System.nanoTime() + deadline.toNanos());
    return arrived.get(0);
  }

  private void send() throws IOException {
    engine.wrap(ByteBuffer.allocate(0), leaving.clear());
    OutputStream out = socket.getOutputStream();
    out.write(leaving.array(), 0, leaving.position());
    out.flush();
  }

  /** Bytes of a record that has come; 0 where it has not come as a whole. */
  private int read(long end) throws IOException {
    SSLEngineResult result = engine.unwrap(arrived, plain.clear());
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> receive(end);
      case CLOSED -> throw new ClosedChannelException();
      default -> {
        // Read.
      }
    }
    return result.bytesConsumed();
  }

  private void receive(long end) throws IOException {
    arrived.compact();
    long millis = (end - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    socket.setSoTimeout((int) millis);
    int count =
        socket.getInputStream().read(arrived.array(), arrived.position(), arrived.remaining());
    if (count < 0) {
      throw new ClosedChannelException();
    }
    arrived.position(arrived.position() + count).flip();
    answered = true;
  }

  /** Whether the peer has sent anything. */
  boolean isAnswered() {
    return answered;
  }

  private void end() {
    engine.closeOutbound();
    try {
      while (!engine.isOutboundDone() && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        send();
      }
    } catch (IOException e) {
      // It has ended already.
    }
  }
}
