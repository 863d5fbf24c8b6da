/// What the people who work here are told, until they have read it.
@NullMarked
package io.rackstead.notice;

import org.jspecify.annotations.NullMarked;
