/// Redfish (DMTF DSP0266) over OkHttp, which is named here only. Start reading at {@link
/// io.rackstead.bmc.redfish.RedfishBmc}, for what goes over the wire at {@link
/// io.rackstead.bmc.redfish.RedfishHttp}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.redfish;
