/// Stories with virtual servers: the appliance as `appliance/run --lab` starts it, real firmware,
/// real BMC protocols, and looks at disks and power that do not go through the product. Start
/// reading at [io.rackstead.tests.lab.TwoServersStoryTest].
@NullMarked
package io.rackstead.tests.lab;

import org.jspecify.annotations.NullMarked;
