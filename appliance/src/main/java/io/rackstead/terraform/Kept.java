package io.rackstead.terraform;

/// A state as it is kept.
///
/// @param head the version that counts; 0: it was deleted, or never written
/// @param lockId empty: nobody holds it
/// @param lockInfo the holder's own words
record Kept(long id, String username, String path, long head, String lockId, String lockInfo) {
  boolean locked() {
    return !lockId.isEmpty();
  }
}
