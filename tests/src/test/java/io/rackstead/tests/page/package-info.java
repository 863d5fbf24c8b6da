/// The pages in a real browser, against the appliance as a process of its own. Start reading at
/// [io.rackstead.tests.page.PageStoryTest].
@NullMarked
package io.rackstead.tests.page;

import org.jspecify.annotations.NullMarked;
