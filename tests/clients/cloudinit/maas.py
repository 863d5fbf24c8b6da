"""Reads an appliance's metadata service with cloud-init's own MAAS data source, then reports the end
of the final stage with its own webhook. Prints what it read as JSON.

usage: maas.py URL MACHINE TOKEN_KEY TOKEN_SECRET (URL ends in /MAAS/metadata/)
"""

import json
import sys
import tempfile

from cloudinit import helpers
from cloudinit.reporting import events
from cloudinit.reporting.handlers import WebHookHandler
from cloudinit.sources import DataSourceMAAS

url, machine, token, secret = sys.argv[1:]
keys = {"consumer_key": machine, "token_key": token, "token_secret": secret}
folder = tempfile.mkdtemp()
paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
config = {"datasource": {"MAAS": {"metadata_url": url, "max_wait": 10, **keys}}}
source = DataSourceMAAS.DataSourceMAAS(config, None, paths)
found = source._get_data()


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def report(event):
    hook = WebHookHandler(url + "status/" + machine, timeout=5, retries=2, **keys)
    hook.publish_event(event)
    if hasattr(hook, "flush"):
        hook.flush()


if found:
    report(events.ReportingEvent("start", "modules-final", "running modules for final"))
    report(events.FinishReportingEvent("modules-final", "running modules for final"))
print(
    json.dumps(
        {
            "found": found,
            "metadata": {k: text(v) for k, v in (source.metadata or {}).items()},
            "user-data": text(source.userdata_raw),
            "vendor-data": repr(source.vendordata_raw),
            "public-keys": source.get_public_ssh_keys() if found else [],
        }
    )
)
