/// A place for the states of Terraform and OpenTofu: their `http` backend, with its locks.
@org.jspecify.annotations.NullMarked
package io.rackstead.terraform;
