/// Tags, and the definitions by which machines get them: plain rules, and MAAS's XPath over a
/// document shaped as `lshw` writes it. Start reading at [Tags].
@org.jspecify.annotations.NullMarked
package io.rackstead.tag;
