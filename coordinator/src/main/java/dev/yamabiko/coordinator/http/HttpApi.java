package dev.yamabiko.coordinator.http;

import akka.actor.typed.ActorSystem;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/** The coordinator's HTTP API. */
public final class HttpApi implements AutoCloseable {

  private final InetSocketAddress address;

  private HttpApi(InetSocketAddress address) {
    this.address = address;
  }

  /**
   * @throws IOException if the port cannot be used
   */
  public static HttpApi bind(
      ActorSystem<CoordinatorCommand> coordinator,
      CoordinatorSettings settings,
      BooleanSupplier ready)
      throws IOException {
    return new HttpApi(new InetSocketAddress(settings.host(), settings.httpPort()));
  }

  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {}
}
