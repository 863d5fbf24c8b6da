/// Who may do what, and how secrets are kept. Start reading at {@link
/// io.rackstead.access.Principal}.
@org.jspecify.annotations.NullMarked
package io.rackstead.access;
