#!/bin/sh
# Turns a freshly installed Debian tree into what lies on a disk image. Run outside the tree, as root,
# by the builder: customize.sh TREE FS_UUID
set -eu
root=$1
uuid=$2

put() { # put PATH: standard input becomes that file
    mkdir -p "$root/$(dirname "$1")"
    cat > "$root/$1"
}

put etc/fstab <<F
UUID=$uuid / ext4 defaults,errors=remount-ro 0 1
LABEL=ESP /boot/efi vfat umask=0077,nofail 0 2
F
mkdir -p "$root/boot/efi"

# Where cloud-init looks. The seed is written into the disk before the first boot; with none the
# system still comes up, instead of asking every cloud there is.
put etc/cloud/cloud.cfg.d/10-rackstead.cfg <<'F'
datasource_list: [NoCloud, None]
# the archive that this image was built from stays the one that apt uses
apt: {preserve_sources_list: true}
F

# One interface with an address is enough to be online: a server has ports without a cable.
put etc/systemd/system/systemd-networkd-wait-online.service.d/any.conf <<'F'
[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-networkd-wait-online --any --timeout=60
F

# Both consoles, for the boot loader and for the kernel; read by update-grub.
put etc/default/grub.d/rackstead.cfg <<'F'
GRUB_TIMEOUT=1
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
GRUB_DISABLE_OS_PROBER=true
F

# Stands until the first kernel update runs update-grub, which needs the disk it runs on.
# /vmlinuz and /vmlinuz.old are links that Debian's kernel packages keep.
put boot/grub/grub.cfg <<F
set timeout=1
if serial --unit=0 --speed=115200; then
  terminal_input console serial
  terminal_output console serial
fi
search --no-floppy --fs-uuid --hint "\$root" --set=root $uuid
menuentry "Debian" {
  linux /vmlinuz root=UUID=$uuid ro console=tty0 console=ttyS0,115200
  initrd /initrd.img
}
menuentry "Debian, previous kernel" {
  linux /vmlinuz.old root=UUID=$uuid ro console=tty0 console=ttyS0,115200
  initrd /initrd.img.old
}
F
# modules for the loader of the BIOS; the one for UEFI carries all it may use, being signed
mkdir -p "$root/boot/grub/i386-pc"
cp "$root"/usr/lib/grub/i386-pc/*.mod "$root"/usr/lib/grub/i386-pc/*.lst "$root/boot/grub/i386-pc/"

printf 'LANG=C.UTF-8\n' > "$root/etc/default/locale"
chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved ssh
chroot "$root" passwd --quiet --lock root

# what every machine has to make for itself
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/var/lib/dbus/machine-id" \
    "$root/var/lib/systemd/random-seed"
: > "$root/etc/machine-id"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
    "$root"/var/log/*.log "$root"/var/log/apt "$root"/tmp/* "$root"/var/cache/ldconfig/aux-cache
