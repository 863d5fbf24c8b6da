"""What cloud-init itself makes of a NoCloud seed: its data source reads the folder, its handlers take
user data and vendor data apart, and what is a script of the vendor is run as its module runs it.
Prints what it found as JSON.

usage: nocloud.py FOLDER (with cloud/seed/nocloud/ in it)
"""

import inspect
import json
import logging
import os
import sys
from types import SimpleNamespace

from cloudinit import helpers
from cloudinit.config import cc_scripts_vendor
from cloudinit.handlers.shell_script import ShellScriptPartHandler
from cloudinit.settings import PER_INSTANCE
from cloudinit.sources import DataSourceNoCloud

folder = sys.argv[1]
paths = helpers.Paths(
    {"cloud_dir": folder + "/cloud", "run_dir": folder + "/run"}
)
# no disk is looked at for a label, and no kernel command line
DataSourceNoCloud.DataSourceNoCloud._get_devices = lambda self, label: []
source = DataSourceNoCloud.DataSourceNoCloud({"datasource": {"NoCloud": {}}}, None, paths)
found = source._get_data()
paths.datasource = source
instance = paths.get_ipath_cur()
os.makedirs(os.path.join(instance, "scripts", "vendor"))

handler = ShellScriptPartHandler(paths, script_path="vendor_scripts")
types = []
for part in source.get_vendordata().walk():
    kind = part.get_content_type()
    if kind.startswith("multipart"):
        continue
    types.append(kind)
    if kind == "text/x-shellscript":
        text = part.get_payload(decode=True).decode()
        handler.handle_part({}, kind, part.get_filename() or "part-001", text, PER_INSTANCE)



def text_of(value):
    return value.decode() if isinstance(value, bytes) else value


failure = ""
cloud = SimpleNamespace(
    get_ipath_cur=lambda *a: instance, get_ipath=lambda *a: instance
)
arguments = ["scripts-vendor", {}, cloud]
if "log" in inspect.signature(cc_scripts_vendor.handle).parameters:
    arguments.append(logging.getLogger())
try:
    cc_scripts_vendor.handle(*arguments, [])
except Exception as e:
    failure = str(e)

print(
    json.dumps(
        {
            "found": found,
            "instance": source.get_instance_id(),
            "user-data": text_of(source.userdata_raw),
            "vendor-types": types,
            "failure": failure,
        }
    )
)
