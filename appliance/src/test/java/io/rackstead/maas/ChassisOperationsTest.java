package io.rackstead.maas;

import static io.rackstead.maas.Racked.API;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.fake.FakeBmc;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ChassisOperationsTest {
  private static final String UUID = "6d1c0000-1111-2222-3333-00000000000";
  @TempDir Path folder;
  private Served served;
  private Person admin;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private FakeBmc plug(String address, int number) {
    var bmc =
        new FakeBmc(
            BmcAddress.parse(address),
            new BmcCredentials("root", "pw".toCharArray()),
            UUID + number,
            "C" + number);
    served.dialer.plug(bmc);
    return bmc;
  }

  private Served.Answer add(String form) {
    return admin.post(API + "machines/?op=add_chassis", form + "&username=root&password=pw");
  }

  @Test
  void eachSystemBehindAChassisBecomesAMachineThatIsSwitchedByIt() {
    var first = plug("redfish+https://10.78.9.1/Blade1", 1);
    plug("redfish+https://10.78.9.1/Blade2", 2);
    var answer = add("chassis_type=redfish&hostname=10.78.9.1");

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).startsWith("2 machines added from chassis 10.78.9.1");
    var machine =
        served.site.machines.list().stream()
            .filter(m -> m.identity().serial().equals("C1"))
            .findFirst()
            .orElseThrow();
    assertThat(machine.power().bmc()).contains(first.address());
    var power = admin.get(API + "machines/" + machine.id() + "/?op=query_power_state");
    assertThat(power.json().path("state").asText()).isEqualTo("off");
    assertThat(add("chassis_type=redfish&hostname=10.78.9.1").body())
        .startsWith("0 machines added")
        .contains("already");
  }

  @Test
  void aRangeOfIpmiAddressesGivesThoseThatAnswer() {
    plug("ipmi://10.78.9.20", 3);
    plug("ipmi://10.78.9.22", 4);
    var answer = add("chassis_type=ipmi&hostname=10.78.9.20-10.78.9.22");
    assertThat(answer.body()).startsWith("2 machines added").contains("10.78.9.21: no answer");
  }

  @Test
  void whatCannotBeAskedIsRefusedWithWhatCan() {
    assertThat(add("chassis_type=ucsm&hostname=10.78.9.1").status()).isEqualTo(400);
    assertThat(add("chassis_type=ucsm&hostname=10.78.9.1").body()).contains("redfish", "ipmi");
    assertThat(add("chassis_type=redfish&hostname=10.78.9.99").status()).isEqualTo(503);
    assertThat(add("chassis_type=ipmi&hostname=10.0.0.1-10.9.0.0").status()).isEqualTo(400);
    assertThat(add("chassis_type=ipmi&hostname=10.78.9.77").status()).isEqualTo(503);
  }
}
