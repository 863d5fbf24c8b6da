package io.rackstead.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.dns.DnsResponder.Outcome;
import io.rackstead.pxe.Fuzz;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DnsFuzzTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.9.0.77");
  private static final InetSocketAddress OTHER =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 53);

  private int answered;

  @Test
  void noQuestionWhateverStopsTheServer() {
    var good =
        Stream.of(
                "123401000001000000000000066e6f64652d31044d6161530000010001",
                "123401000001000000000001066e6f64652d31044d6161530000ff0001000029100000000000000c"
                    + "000a00080102030405060708",
                "12340100000100000000000001350130013902313007696e2d61646472046172706100000c0001",
                "123401000001000000000000076578616d706c6503636f6d00000f0001",
                "123401000001000000000000c00c00010001",
                "123428000001000000000000046d61617300000600010000")
            .map(HexFormat.of()::parseHex)
            .toList();
    var fuzz = new Fuzz(1035, good);
    var responder = new DnsResponder(new Known());
    Fuzz.campaign(
        Fuzz.INPUTS,
        fuzz::next,
        octets -> {
          switch (responder.answer(octets, CLIENT)) {
            case Outcome.Silence _ -> assertThat(octets.length < 12 || octets[2] < 0).isTrue();
            case Outcome.Malformed(var reply) -> assertThat(reply).hasSizeLessThan(600);
            case Outcome.Answered(var reply) -> {
              answered++;
              // no amplifier: a datagram's answer is no longer than the client said or 512
              assertThat(reply.overUdp()).hasSizeLessThan(4200).startsWith(octets[0], octets[1]);
            }
            case Outcome.Ask(var servers, var otherwise) -> {
              assertThat(servers).containsExactly(OTHER);
              assertThat(otherwise.overUdp()).startsWith(octets[0], octets[1]);
            }
          }
        });
    assertThat(answered).isGreaterThan(100);
  }

  private static final class Known implements Names {
    @Override
    public Zones zones() {
      return DnsServerTest.zones();
    }

    @Override
    public boolean mayForward(InetAddress client) {
      return true;
    }

    @Override
    public List<InetSocketAddress> upstream(String name) {
      return List.of(OTHER);
    }
  }
}
