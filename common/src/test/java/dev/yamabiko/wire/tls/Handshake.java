package dev.yamabiko.wire.tls;

import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** Two engines that talk without a network, until both are done or one cannot go on. */
final class Handshake {

  private static final int BYTES = 1 << 16;

  /** One end. */
  private static final class End {

    private final SSLEngine engine;
    private final ByteBuffer arriving = ByteBuffer.allocate(BYTES).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(BYTES);
    private SSLException failure;

    End(SSLEngine engine) {
      this.engine = engine;
    }

    /** Whether anything happened. */
    boolean turn(End other) {
      boolean moved = read();
      return write(other) || moved;
    }

    private boolean read() {
      int before = arriving.remaining();
      try {
        while (arriving.hasRemaining() && failure == null && !engine.isInboundDone()) {
          SSLEngineResult result = engine.unwrap(arriving, plain);
          tasks();
          if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
            break;
          }
        }
      } catch (SSLException e) {
        failure = e;
      }
      return arriving.remaining() < before;
    }

    private boolean write(End other) {
      other.arriving.compact();
      int before = other.arriving.position();
      try {
        SSLEngineResult result;
        do {
          result = engine.wrap(ByteBuffer.wrap(new byte[] {42}), other.arriving);
          tasks();
        } while (result.bytesProduced() > 0 && result.bytesConsumed() == 0);
      } catch (SSLException e) {
        failure = failure == null ? e : failure;
      }
      boolean wrote = other.arriving.position() > before;
      other.arriving.flip();
      return wrote;
    }

    private void tasks() {
      Runnable task;
      while ((task = engine.getDelegatedTask()) != null) {
        task.run();
      }
    }
  }

  private final End client;
  private final End server;

  Handshake(SSLEngine client, SSLEngine server) {
    this.client = new End(client);
    this.server = new End(server);
    for (int turn = 0; turn < 20; turn++) {
      boolean moved = this.client.turn(this.server);
      moved |= this.server.turn(this.client);
      if (!moved) {
        return;
      }
    }
  }

  Optional<SSLException> atClient() {
    return Optional.ofNullable(client.failure);
  }

  Optional<SSLException> atServer() {
    return Optional.ofNullable(server.failure);
  }

  /** Whether each has read a byte that the other has sent. */
  boolean isDone() {
    return client.plain.position() > 0 && server.plain.position() > 0;
  }

  SSLSession session() {
    return server.engine.getSession();
  }

  String protocol() {
    return server.engine.getSession().getProtocol();
  }
}
