/// The agent of the RAM system, run on this host beside a made-up hardware tree and a small server.
@NullMarked
package io.rackstead.image.agent;

import org.jspecify.annotations.NullMarked;
