#!/usr/bin/env python3
"""vlanarp.py INTERFACE VID ADDRESS: asks by ARP, tagged with that VLAN, who has ADDRESS.

Prints the MAC of who answers in that VLAN within 20 s; exit status 1 when nobody does. The host
needs no VLAN device for it: many kernels of containers and small virtual machines have none.
"""
import socket
import struct
import sys
import time

SOL_PACKET, PACKET_AUXDATA, VLAN_VALID = 263, 8, 0x10
interface, vid, address = sys.argv[1], int(sys.argv[2]), socket.inet_aton(sys.argv[3])

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
wire.bind((interface, 0))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
wire.settimeout(1)
own = wire.getsockname()[4]
question = (b"\xff" * 6 + own + struct.pack("!HHH", 0x8100, vid, 0x0806)
            + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + own + bytes(4) + bytes(6) + address)
end = time.monotonic() + 20
while time.monotonic() < end:
    wire.send(question)
    try:
        frame, extra, _, _ = wire.recvmsg(2048, 256)
    except TimeoutError:
        continue
    tag = [tci & 0xfff for level, kind, data in extra if (level, kind) == (SOL_PACKET, PACKET_AUXDATA)
           for status, _, _, _, _, tci, _ in [struct.unpack("=IIIHHHH", data[:20])] if status & VLAN_VALID]
    if frame[12:14] == b"\x81\x00":  # a kernel that leaves the tag where it was
        tag, frame = [struct.unpack("!H", frame[14:16])[0] & 0xfff], frame[:12] + frame[16:]
    if tag == [vid] and frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x02" and frame[28:32] == address:
        print(frame[22:28].hex(":"))
        sys.exit(0)
sys.exit(f"nobody in VLAN {vid} on {interface} says that it has {sys.argv[3]}")
