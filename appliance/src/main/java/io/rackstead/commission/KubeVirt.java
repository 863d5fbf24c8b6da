package io.rackstead.commission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Whether virtual machines can run on a Kubernetes node that a server becomes: read from its last
/// inspection. A processor shows the flag only when the firmware has it switched on, and the ACPI
/// table of an IOMMU is there only then, too.
///
/// @param missing what is in the way, and where it is mended; empty when it is ready
public record KubeVirt(boolean ready, List<String> missing) {
  /// How a node is marked.
  public static final String LABEL = "rackstead.io/kubevirt";

  public KubeVirt {
    missing = List.copyOf(missing);
  }

  public static KubeVirt of(Hardware hardware) {
    return of(hardware.report().tree());
  }

  /// @param report the whole of it, already read
  public static KubeVirt of(JsonNode report) {
    var missing = new ArrayList<String>();
    var flags = Arrays.asList(report.path("cpu").path("flags").asText("").split("\\s+", -1));
    if (report.path("cpu").path("architecture").asText("").equals("aarch64")) {
      missing.add("an ARM processor does not say whether it virtualises: look at /dev/kvm");
    } else if (!flags.contains("vmx") && !flags.contains("svm")) {
      missing.add(
          "the processor shows neither vmx nor svm, so there would be no /dev/kvm: switch"
              + " virtualisation (VT-x, SVM) on in the firmware");
    }
    var iommu = report.path("firmware").path("iommu");
    if (iommu.isMissingNode()) {
      missing.add("it was inspected before the IOMMU was asked for: commission it again");
    } else if (iommu.asText().isEmpty()) {
      missing.add("the firmware has no IOMMU table: switch VT-d or AMD-Vi on");
    }
    return new KubeVirt(missing.isEmpty(), missing);
  }
}
