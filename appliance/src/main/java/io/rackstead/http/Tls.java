package io.rackstead.http;

import java.security.KeyStore;

/// How the server is reached by TLS, besides plain HTTP.
///
/// @param port 0 takes a free one
/// @param keys the key and the certificates that it shows, without a password
/// @param trusted whether clients trust the certificate without having been told: only then may
///   they be bound to TLS (HSTS, RFC 6797 §8.4: a browser lets nobody go on after a warning)
/// @param alone whether plain HTTP is left to machines that boot and to this host itself
public record Tls(int port, KeyStore keys, boolean trusted, boolean alone) {}
