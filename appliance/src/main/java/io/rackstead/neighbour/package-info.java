/// Who else is on the networks that we are on.
@NullMarked
package io.rackstead.neighbour;

import org.jspecify.annotations.NullMarked;
