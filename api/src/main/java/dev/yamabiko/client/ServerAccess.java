package dev.yamabiko.client;

import dev.yamabiko.wire.tls.TlsException;
import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * As whom a coordinator is asked, and whom one believes to be it.
 *
 * @param token sent with each request, if there is one
 * @param tls of https addresses; empty for what the JVM believes
 */
public record ServerAccess(Optional<String> token, Optional<Tls> tls) {

  /**
   * By which authority a coordinator is believed, and what is shown to it.
   *
   * @param authority the file that it comes from, for messages
   * @param certificate the directory that this comes from, for messages; empty for none
   */
  public record Tls(SSLContext context, Path authority, Optional<Path> certificate) {}

  /** As anybody. */
  public static final ServerAccess NONE = new ServerAccess(Optional.empty(), Optional.empty());

  /** What a header can hold of it. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,4096}");

  /**
   * @param text the token, with blanks around it or without
   * @param from where it comes from, for messages
   * @throws ServerException if it cannot be one; its message does not show it
   */
  public ServerAccess withToken(String text, String from) {
    String given = text.strip();
    if (!TOKEN.matcher(given).matches()) {
      throw ServerException.refused(
          from + " expects a token, one word, as yamabiko token prints it, but got something else");
    }
    return new ServerAccess(Optional.of(given), tls);
  }

  /**
   * Believes coordinators of an authority.
   *
   * @param file its certificate in PEM
   * @throws ServerException if it cannot be used
   */
  public ServerAccess believing(Path file) {
    SSLContext context = read(() -> TlsFiles.trusting(file));
    return new ServerAccess(token, Optional.of(new Tls(context, file, Optional.empty())));
  }

  /**
   * The same, and shows a certificate of one's own.
   *
   * @param directory with {@code ca.crt}, {@code tls.crt} and {@code tls.key}
   * @throws ServerException if they cannot be used
   */
  public ServerAccess certified(Path directory) {
    SSLContext context = read(() -> TlsFiles.open(directory, TlsFiles.Use.CLIENT).context());
    Path authority = TlsFiles.authorities(directory);
    return new ServerAccess(
        token, Optional.of(new Tls(context, authority, Optional.of(directory))));
  }

  private static SSLContext read(Supplier<SSLContext> files) {
    try {
      return files.get();
    } catch (TlsException e) {
      throw ServerException.refused(e.getMessage());
    }
  }
}
