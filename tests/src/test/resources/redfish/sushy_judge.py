"""Ironic's Redfish client against the service at argv[1]: what it reads there is what it should."""
import sys

import sushy
from sushy import auth

root = sushy.Sushy(
    sys.argv[1], verify=False,
    auth=auth.SessionAuth(username="admin", password="secret"))
systems = root.get_system_collection()
assert len(systems.members_identities) == 1, systems.members_identities
system = root.get_system(systems.members_identities[0])

assert system.uuid == "4c4c4544-0042-3510-8056-b9c04f4e5832", system.uuid
assert system.serial_number == "B5XNX", system.serial_number
assert system.memory_summary.size_gib == 96
assert system.power_state == sushy.PowerState.OFF, system.power_state
summary = system.ethernet_interfaces.summary
assert list(summary) == ["52:54:00:B3:0C:07"], summary

allowed = system.get_allowed_reset_system_values()
assert sushy.ResetType.FORCE_OFF in allowed, allowed
for what, state in ((sushy.ResetType.ON, sushy.PowerState.ON),
                    (sushy.ResetType.FORCE_RESTART, sushy.PowerState.ON),
                    (sushy.ResetType.FORCE_OFF, sushy.PowerState.OFF)):
    system.reset_system(what)
    system.refresh(force=True)
    assert system.power_state == state, (what, system.power_state)

system.set_system_boot_options(
    target=sushy.BootSource.PXE,
    enabled=sushy.BootSourceOverrideEnabled.CONTINUOUS,
    mode=sushy.BootSourceOverrideMode.UEFI)
system.refresh(force=True)
assert system.boot.target == sushy.BootSource.PXE, system.boot
assert system.boot.enabled == sushy.BootSourceOverrideEnabled.CONTINUOUS, system.boot

manager = root.get_manager(root.get_manager_collection().members_identities[0])
assert manager.firmware_version == "1.45.455b66-rev4", manager.firmware_version
assert root.get_chassis_collection().get_members()[0].serial_number == "B5XNX"

drive = manager.virtual_media.get_members()[1]
drive.insert_media("http://192.0.2.1/disc.iso", write_protected=True)
drive.refresh(force=True)
assert drive.inserted and drive.image == "http://192.0.2.1/disc.iso", drive.image
drive.eject_media()
drive.refresh(force=True)
assert not drive.inserted

assert system.bios.attributes["BootMode"] == "Uefi", system.bios.attributes
system.bios.set_attribute("BootMode", "Legacy")
system = root.get_system(systems.members_identities[0])
assert system.bios.pending_attributes["BootMode"] == "Legacy", system.bios.pending_attributes
assert system.secure_boot.enabled
names = [one.identity for one in root.get_update_service().firmware_inventory.get_members()]
assert names == ["BMC", "BIOS"], names

try:
    wrong = sushy.Sushy(sys.argv[1], auth=auth.SessionAuth(username="admin", password="wrong"))
    wrong.get_system_collection()
    sys.exit("a wrong password was taken")
except sushy.exceptions.AccessError:
    pass

root._auth.close()
print("all is well")
