package dev.yamabiko.api;

import dev.yamabiko.client.ServerAccess;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * As whom a coordinator is asked, and by whose certificate it is known: for those that have tokens
 * or TLS. Immutable.
 *
 * <pre>{@code
 * Credentials ci = Credentials.none().token(System.getenv("YAMABIKO_TOKEN")).authority(Path.of("ca.crt"));
 * RemoteCoordinator coordinator = Yamabiko.connect("https://10.0.0.5:8080", ci);
 * }</pre>
 */
public final class Credentials {

  private static final Credentials NONE = new Credentials(ServerAccess.NONE);

  private final ServerAccess access;

  private Credentials(ServerAccess access) {
    this.access = access;
  }

  /** As anybody, of coordinators whose certificate the JVM believes. */
  public static Credentials none() {
    return NONE;
  }

  /**
   * Sent with each request.
   *
   * @param token as {@code yamabiko token} prints it
   * @throws YamabikoException if it cannot be one; its message does not show it
   */
  public Credentials token(String token) {
    Objects.requireNonNull(token, "token");
    return made(() -> access.withToken(token, "token"));
  }

  /**
   * Believes coordinators whose certificate comes from this authority, and no others.
   *
   * @param file its certificate, in PEM
   * @throws YamabikoException if it cannot be used
   */
  public Credentials authority(Path file) {
    Objects.requireNonNull(file, "file");
    return made(() -> access.believing(file));
  }

  /**
   * The same, and shows a certificate of one's own: whoever shows one may do everything.
   *
   * @param directory with {@code ca.crt}, {@code tls.crt} and {@code tls.key}, as {@code yamabiko
   *     certs --client NAME} makes it
   * @throws YamabikoException if they cannot be used
   */
  public Credentials certificate(Path directory) {
    Objects.requireNonNull(directory, "directory");
    return made(() -> access.certified(directory));
  }

  private static Credentials made(Supplier<ServerAccess> access) {
    try {
      return new Credentials(access.get());
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  ServerAccess access() {
    return access;
  }
}
