/// Benchmarks: what the product costs beside the least that could do the same, in the same run,
/// interleaved, as medians and ratios. They print; they assert nothing about time.
@NullMarked
package io.rackstead.tests.bench;

import org.jspecify.annotations.NullMarked;
