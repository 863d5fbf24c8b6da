package io.rackstead.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// The tests of a class, once on H2 and once on PostgreSQL; what they open with [TestDatabase] is
/// that one. Where the binaries of PostgreSQL cannot be had its half is skipped.
///
/// With `RACKSTEAD_EVERY_DATABASE=1` in the environment both rounds run for every class.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(EachDatabase.class)
public @interface OnEachDatabase {
  /// False: so much of it says nothing of the database that the second round is left to long runs.
  boolean everyTime() default true;
}
