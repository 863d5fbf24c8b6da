package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.network.Rejected;
import java.util.List;

/// What MAAS has and this appliance has nothing of: sources of boot images that are fetched from
/// somebody else, and licence keys of operating systems that want one. Said in the shapes that
/// clients expect.
final class ForeignSourceOperations {
  private static final String SOURCES = "boot-sources/";
  private static final String SOURCE = SOURCES + "{boot_source_id}/";
  private static final String SELECTIONS = SOURCE + "selections/";
  private static final String SELECTION = SELECTIONS + "{id}/";
  private static final String LICENCE = "license-key/{osystem}/{distro_series}/";

  List<MaasOperation> operations() {
    return List.of(
        get("BootSources", SOURCES, "", Access.VIEW, _ -> Dispatch.json(List.of())),
        post("BootSources", SOURCES, "", Access.ADMIN, this::noSource),
        get("BootSource", SOURCE, "", Access.VIEW, _ -> absent("BootSource")),
        put("BootSource", SOURCE, Access.ADMIN, _ -> absent("BootSource")),
        delete("BootSource", SOURCE, Access.ADMIN, _ -> absent("BootSource")),
        get("BootSourceSelections", SELECTIONS, "", Access.VIEW, _ -> absent("BootSource")),
        post("BootSourceSelections", SELECTIONS, "", Access.ADMIN, _ -> absent("BootSource")),
        get("BootSourceSelection", SELECTION, "", Access.VIEW, _ -> absent("BootSource")),
        put("BootSourceSelection", SELECTION, Access.ADMIN, _ -> absent("BootSource")),
        delete("BootSourceSelection", SELECTION, Access.ADMIN, _ -> absent("BootSource")),
        get("LicenseKeys", "license-keys/", "", Access.VIEW, _ -> Dispatch.json(List.of())),
        post("LicenseKeys", "license-keys/", "", Access.ADMIN, this::noLicence),
        get("LicenseKey", LICENCE, "", Access.VIEW, _ -> absent("LicenseKey")),
        put("LicenseKey", LICENCE, Access.ADMIN, _ -> absent("LicenseKey")),
        delete("LicenseKey", LICENCE, Access.ADMIN, _ -> absent("LicenseKey")));
  }

  private static Reply absent(String kind) {
    throw Fields.none(kind);
  }

  private Reply noSource(Call call) {
    Fields.required(call, "url");
    throw new Rejected(
        "url",
        "No images are fetched from a source of simplestreams here: appliance/run images build"
            + " makes them, and others are uploaded or brought by appliance/run images add.");
  }

  private Reply noLicence(Call call) {
    var osystem = Fields.required(call, "osystem");
    Fields.required(call, "distro_series");
    Fields.required(call, "license_key");
    throw new Rejected(
        "osystem",
        "'" + osystem + "' takes no license key: no image here is of a system that does.");
  }
}
