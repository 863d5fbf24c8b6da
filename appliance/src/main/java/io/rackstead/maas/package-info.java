/// The MAAS 2.0 dialect: routes, shapes and errors as its clients expect them. It translates to the
/// features and owns no state. Start reading at {@link io.rackstead.maas.MaasApi}, then {@link
/// io.rackstead.maas.MachineShape}.
@org.jspecify.annotations.NullMarked
package io.rackstead.maas;
