package dev.yamabiko.wire.tls;

import java.security.cert.CertificateException;
import java.util.List;

/** A server's certificate is of the authority, but for other hosts than the one that was asked. */
public final class OtherHostException extends CertificateException {

  private static final long serialVersionUID = 1;

  private final transient List<String> hosts;

  /**
   * @param cause what the JDK says
   */
  OtherHostException(List<String> hosts, CertificateException cause) {
    super(cause.getMessage(), cause.getCause());
    this.hosts = hosts;
  }

  /** Which the certificate is for; may be none. */
  public List<String> hosts() {
    return hosts;
  }
}
