#!/usr/bin/env python3
"""lldp.py TAP...  the lab's switch says on each port who it is, as switches do (IEEE 802.1AB).

A bridge of Linux speaks no LLDP and forwards none: the frames go straight to the servers' taps.
Every five seconds and not thirty: servers are virtual, time is not.
"""
import socket
import struct
import sys
import time

SWITCH = bytes.fromhex("525400770100")


def tlv(kind, value):
    return struct.pack("!H", kind << 9 | len(value)) + value


def frame(number):
    return (
        bytes.fromhex("0180c200000e") + SWITCH + bytes.fromhex("88cc")
        + tlv(1, b"\x04" + SWITCH)                            # chassis, a MAC address
        + tlv(2, b"\x05" + b"swp%d" % number)                 # port, an interface's name
        + tlv(3, struct.pack("!H", 120))                      # seconds that it holds
        + tlv(5, b"lab-switch")
        + tlv(0, b"")
    ).ljust(60, b"\0")


ports = []
for number, tap in enumerate(sys.argv[1:], 1):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    port.bind((tap, 0))
    ports.append((port, frame(number)))
while True:
    for port, hello in ports:
        try:
            port.send(hello)
        except OSError:
            pass  # a port whose server is off
    time.sleep(5)
