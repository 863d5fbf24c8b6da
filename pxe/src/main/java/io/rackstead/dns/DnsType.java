package io.rackstead.dns;

/// The record types that we serve, by their numbers.
public final class DnsType {
  public static final int A = 1;
  public static final int NS = 2;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int PTR = 12;
  public static final int HINFO = 13;
  public static final int MX = 15;
  public static final int TXT = 16;
  public static final int AAAA = 28;
  public static final int SRV = 33;
  public static final int SSHFP = 44;

  static final int OPT = 41;
  static final int IXFR = 251;
  static final int AXFR = 252;
  static final int ANY = 255;

  private DnsType() {}
}
