package io.rackstead.setting;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.store.Database;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Settings with their types and defaults, read from memory. Those that the appliance obeys are
/// asked for here by whoever obeys them; the others are kept, for clients that read what they
/// wrote.
public final class Settings {
  private static final int LENGTH = 4000;
  private static final Map<String, JsonNode> DEFAULTS = defaults();

  private final Database database;
  private final InstantSource clock;
  private final Map<String, JsonNode> view = new ConcurrentHashMap<>();

  public Settings(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
    reload();
    database.onReopened(this::reload);
  }

  private void reload() {
    var rows =
        database.read(tx ->
            tx.list(
                "select name, content from setting",
                row -> Map.entry(row.getString(1), Json.read(row.getString(2), JsonNode.class))));
    view.clear();
    rows.forEach(row -> view.put(row.getKey(), row.getValue()));
  }

  /// `ntp_server` is an old name of `ntp_servers`.
  private static String name(String name) {
    return name.equals("ntp_server") ? "ntp_servers" : name;
  }

  /// Empty: there is no such setting.
  public Optional<JsonNode> get(String name) {
    var known = name(name);
    return Optional.ofNullable(view.getOrDefault(known, DEFAULTS.get(known)));
  }

  public boolean truth(String name) {
    return get(name).map(JsonNode::asBoolean).orElse(false);
  }

  public String text(String name) {
    return get(name).filter(value -> !value.isNull()).map(JsonNode::asText).orElse("");
  }

  /// Takes a value as a form sends it; [Problem] 400 says what is wrong with it.
  public void set(String name, String text, Origin by) {
    var known = name(name);
    var value = parse(known, text);
    database.change(tx -> {
      tx.change("delete from setting where name = ?", known);
      tx.change("insert into setting (name, content) values (?, ?)", known, Json.text(value));
      Audit.write(tx, clock.instant(), by, "set " + known + " to " + Json.text(value));
    });
    view.put(known, value);
  }

  private static JsonNode parse(String name, String text) {
    var usual = DEFAULTS.get(name);
    if (usual == null) {
      throw new Problem(400, name + " is not a valid config setting");
    }
    var json = Json.instance().getNodeFactory();
    if (usual.isBoolean()) {
      return json.booleanNode(
          switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on", "yes" -> true;
            case "false", "0", "off", "no", "" -> false;
            default -> throw new Problem(400, name + " is true or false, got '" + text + "'");
          });
    }
    if (usual.isInt()) {
      if (!text.matches("[0-9]{1,9}")) {
        throw new Problem(400, name + " is a whole number, got '" + text + "'");
      }
      return json.numberNode(Integer.parseInt(text));
    }
    if (text.length() > LENGTH || text.chars().anyMatch(c -> c < 0x20)) {
      throw new Problem(400, name + " is one line of at most " + LENGTH + " characters");
    }
    if (name.equals("default_storage_layout") && !text.equals("flat")) {
      throw new Problem(400, "the flat layout is the one that is written, not '" + text + "'");
    }
    return json.textNode(text);
  }

  private static Map<String, JsonNode> defaults() {
    var all =
        Json.parse(
            """
            {"maas_name":"rackstead","theme":"","kernel_opts":"","enable_http_proxy":false,"http_proxy":"",
             "use_peer_proxy":false,"maas_proxy_port":8000,"default_dns_ttl":30,"upstream_dns":"",
             "dnssec_validation":"auto","maas_internal_domain":"maas-internal","dns_trusted_acl":"",
             "ntp_servers":"","ntp_external_only":false,"remote_syslog":"","network_discovery":"enabled",
             "active_discovery_interval":0,"default_osystem":"debian","default_distro_series":"",
             "default_min_hwe_kernel":"","default_storage_layout":"flat","commissioning_distro_series":"",
             "enable_third_party_drivers":false,"windows_kms_host":"","enable_disk_erasing_on_release":false,
             "disk_erase_with_secure_erase":false,"disk_erase_with_quick_erase":false,
             "boot_images_auto_import":false,"curtin_verbose":false,"force_v1_network_yaml":false,
             "enable_analytics":false,"completed_intro":true,"node_timeout":30,"release_notifications":false,
             "prometheus_enabled":true,"enlist_commissioning":false,"maas_auto_ipmi_user":"rackstead",
             "maas_auto_ipmi_user_privilege_level":"ADMIN","maas_auto_ipmi_k_g_bmc_key":"",
             "maas_auto_ipmi_cipher_suite_id":"17","maas_auto_ipmi_workaround_flags":"",
             "hardware_sync_interval":"15m","session_length":1209600}\
            """
                .getBytes(StandardCharsets.UTF_8));
    var named = new TreeMap<String, JsonNode>();
    all.properties().forEach(entry -> named.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(named);
  }
}
