package io.rackstead.machine;

/// How thoroughly disks are erased on release.
public enum EraseMode {
  NONE,
  QUICK,
  FULL,
  SECURE
}
