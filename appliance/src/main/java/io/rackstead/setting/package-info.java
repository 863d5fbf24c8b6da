/// The site's settings by MAAS's names. Start reading at [Settings].
@org.jspecify.annotations.NullMarked
package io.rackstead.setting;
