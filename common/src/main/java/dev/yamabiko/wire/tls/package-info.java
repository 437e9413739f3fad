/**
 * Who may talk to a node: certificates and keys of a directory as a Kubernetes TLS secret has it
 * ({@code ca.crt}, {@code tls.crt}, {@code tls.key}), and the TLS engines made from them. Every
 * certificate of the authority that is good for both ends of a connection is a node's.
 */
package dev.yamabiko.wire.tls;
