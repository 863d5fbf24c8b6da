#!/usr/bin/env python3
"""A real OpenID provider for a test: Debian's Glewlwyd, on a database of its own.

usage: provider.py ROOT FOLDER PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI

ROOT is where its packages are unpacked; port 0 picks a free one.
Prints `ready ISSUER` when it answers and ends with its standard input. Its people are ada
(group rack-admins) and bob (no group), each with the password `a good password`.
"""

import glob
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

SCHEMA = "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"


GROUPS = {
    "multiple": True,
    "read": True,
    "write": True,
    "profile-read": False,
    "profile-write": False,
}


def configuration(root, folder, port):
    modules = {
        "user_module_path": "user",
        "user_middleware_module_path": "user_middleware",
        "client_module_path": "client",
        "user_auth_scheme_module_path": "scheme",
        "plugin_module_path": "plugin",
    }
    lines = [
        f"port={port}",
        'bind_address="127.0.0.1"',
        f'external_url="http://localhost:{port}"',
        'login_url="login.html"',
        'api_prefix="api"',
        f'static_files_path="{root}/usr/share/glewlwyd/webapp/"',
        'allow_origin="*"',
        'log_mode="file"',
        'log_level="DEBUG"',
        f'log_file="{folder}/provider.log"',
        'cookie_domain="localhost"',
        "cookie_secure=0",
        "session_expiration=3600",
        'session_key="GLEWLWYD2_SESSION_ID"',
        'admin_scope="g_admin"',
        'profile_scope="g_profile"',
        'admin_session_authentication="cookie"',
        'profile_session_authentication="cookie"',
        "use_secure_connection=false",
        'secure_connection_key_file=""',
        'secure_connection_pem_file=""',
        'secure_connection_ca_file=""',
        "login_api_enabled=true",
        'hash_algorithm="SHA512"',
        f'database = {{ type = "sqlite3" path = "{folder}/provider.db" }};',
    ]
    lines += [f'{key}="{root}/usr/lib/glewlwyd/{name}"' for key, name in modules.items()]
    path = f"{folder}/provider.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def libraries(root):
    return glob.glob(f"{root}/usr/lib/*-linux-gnu*") + glob.glob(f"{root}/lib/*-linux-gnu*")


class Admin:
    def __init__(self, port):
        self.base = f"http://localhost:{port}/api/"
        self.cookie = ""

    def send(self, method, path, value):
        request = urllib.request.Request(
            self.base + path,
            json.dumps(value).encode(),
            {"Content-Type": "application/json", "Cookie": self.cookie},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                # a cookie of `localhost` is none that Python's own jar keeps
                given = answer.headers.get("Set-Cookie")
                self.cookie = given.split(";")[0] if given else self.cookie
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def wait(port):
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/config", timeout=2).read()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    sys.exit("the provider does not answer")


def key(folder):
    private = f"{folder}/key.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private],
        check=True,
        capture_output=True,
    )
    public = subprocess.run(
        ["openssl", "pkey", "-in", private, "-pubout"], check=True, capture_output=True, text=True
    ).stdout
    with open(private, encoding="ascii") as file:
        return file.read(), public


def main():
    root, folder, port, client, secret, redirect = sys.argv[1:]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(port)))
        port = probe.getsockname()[1]
    with open(os.path.join(root, SCHEMA), encoding="utf-8") as file, sqlite3.connect(f"{folder}/provider.db") as database:
        database.executescript(file.read())
        database.execute(
            "update g_user_module_instance set gumi_parameters = ?",
            (json.dumps({"use-glewlwyd-connection": True, "data-format": {"groups": GROUPS}}),),
        )
    provider = subprocess.Popen(
        [f"{root}/usr/bin/glewlwyd", "--config-file", configuration(root, folder, port)],
        env={**os.environ, "LD_LIBRARY_PATH": ":".join(libraries(root))},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    try:
        wait(port)
        admin = Admin(port)
        admin.send("POST", "auth/", {"username": "admin", "password": "password"})
        private, public = key(folder)
        issuer = f"http://localhost:{port}/api/oidc"
        admin.send(
            "POST",
            "mod/plugin/",
            {
                "module": "oidc",
                "name": "oidc",
                "display_name": "OpenID",
                "parameters": {
                    "iss": issuer,
                    "jwt-type": "rsa",
                    "jwt-key-size": "256",
                    "key": private,
                    "cert": public,
                    "access-token-duration": 600,
                    "refresh-token-duration": 600,
                    "code-duration": 60,
                    "refresh-token-rolling": True,
                    "allow-non-oidc": False,
                    "auth-type-code-enabled": True,
                    "auth-type-token-enabled": False,
                    "auth-type-id-token-enabled": True,
                    "auth-type-none-enabled": False,
                    "auth-type-password-enabled": False,
                    "auth-type-client-enabled": False,
                    "auth-type-refresh-enabled": True,
                    "scope": [],
                    "additional-parameters": [],
                    "claims": [
                        {
                            "name": "preferred_username",
                            "type": "string",
                            "user-property": "username",
                            "mandatory": True,
                        },
                        {"name": "groups", "type": "string", "user-property": "groups", "mandatory": True},
                    ],
                    "name-claim": "on-demand",
                    "email-claim": "no",
                    "scope-claim": "no",
                    "subject-type": "public",
                    "jwks-show": True,
                    "pkce-allowed": True,
                    "pkce-method-plain-allowed": False,
                    "client-pubkey-parameter": "",
                    "client-jwks-parameter": "",
                    "client-jwks_uri-parameter": "",
                    "allowed-scope": ["openid"],
                },
            },
        )
        for name, groups in (("ada", ["staff", "rack-admins"]), ("bob", ["staff"])):
            admin.send(
                "POST",
                "user/",
                {
                    "username": name,
                    "name": name.title(),
                    "email": f"{name}@example.org",
                    "enabled": True,
                    "password": "a good password",
                    "scope": ["openid"],
                    "groups": groups,
                },
            )
        admin.send(
            "POST",
            "client/",
            {
                "client_id": client,
                "name": "Rackstead",
                "confidential": True,
                "enabled": True,
                "client_secret": secret,
                "redirect_uri": [redirect],
                "authorization_type": ["code"],
                "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
                "scope": ["openid"],
            },
        )
        print(f"ready {issuer}", flush=True)
        sys.stdin.read()
    finally:
        provider.terminate()
        provider.wait(timeout=10)


if __name__ == "__main__":
    main()
