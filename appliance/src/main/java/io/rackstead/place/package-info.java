/// Zones and resource pools: what machines are sorted by. Start reading at [Places].
@org.jspecify.annotations.NullMarked
package io.rackstead.place;
