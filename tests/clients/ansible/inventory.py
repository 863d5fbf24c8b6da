#!/usr/bin/env python3
"""A dynamic inventory for Ansible from the MAAS API.

Reads MAAS_URL and MAAS_API_KEY; machines that are deployed become hosts by their names, with
groups by tag, zone and resource pool.
"""

import json
import os
import sys
import time
import urllib.request
import uuid


def fetch(path):
    consumer, token, secret = os.environ["MAAS_API_KEY"].split(":")
    fields = {
        "oauth_version": "1.0",
        "oauth_signature_method": "PLAINTEXT",
        "oauth_consumer_key": consumer,
        "oauth_token": token,
        "oauth_signature": "%26" + secret,
        "oauth_nonce": uuid.uuid4().hex,
        "oauth_timestamp": str(int(time.time())),
    }
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in fields.items())
    request = urllib.request.Request(
        os.environ["MAAS_URL"].rstrip("/") + "/api/2.0/" + path, headers={"Authorization": header}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main():
    if "--host" in sys.argv:
        print("{}")
        return
    inventory = {"_meta": {"hostvars": {}}, "deployed": {"hosts": []}}
    for machine in fetch("machines/"):
        if machine["status_name"] != "Deployed":
            continue
        host = machine["hostname"]
        groups = [f"tag_{tag}" for tag in machine["tag_names"]]
        groups += [f"zone_{machine['zone']['name']}", f"pool_{machine['pool']['name']}", "deployed"]
        for group in groups:
            inventory.setdefault(group, {"hosts": []})["hosts"].append(host)
        inventory["_meta"]["hostvars"][host] = {
            "ansible_host": (machine["ip_addresses"] or [machine["fqdn"]])[0],
            "system_id": machine["system_id"],
            "cpu_count": machine["cpu_count"],
        }
    print(json.dumps(inventory))


if __name__ == "__main__":
    main()
