package io.rackstead.bmc.libvirt;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.w3c.dom.Element;

/// What a host's hardware and kernel let its servers have.
///
/// @param pages how many large pages are set aside, by their size in KiB
/// @param iommu whether devices can be given to servers whole
/// @param nested whether a server may run servers of its own
/// @param virtualFunctions network cards that can be shared out by SR-IOV, and into how many
public record HostAbilities(
    Map<Integer, Long> pages,
    boolean iommu,
    boolean nested,
    Map<String, Integer> virtualFunctions) {
  /// What every processor has: these are no large pages.
  private static final int USUAL_KIB = 4;

  public HostAbilities {
    pages = Map.copyOf(pages);
    virtualFunctions = Map.copyOf(virtualFunctions);
  }

  /// @param capabilities libvirt's `<capabilities>` (formatcaps)
  /// @param domainCapabilities libvirt's `<domainCapabilities>` of KVM (formatdomaincaps); empty:
  ///   it has none
  static HostAbilities read(
      String capabilities, String domainCapabilities, Map<String, Integer> virtualFunctions) {
    var host =
        Xml.child(Xml.parse(capabilities), "host")
            .orElseThrow(() -> new IllegalArgumentException("capabilities without a host"));
    return new HostAbilities(
        pages(host),
        Xml.child(host, "iommu")
            .map(iommu -> iommu.getAttribute("support").equals("yes"))
            .orElse(false),
        !domainCapabilities.isEmpty() && nested(Xml.parse(domainCapabilities)),
        virtualFunctions);
  }

  private static SortedMap<Integer, Long> pages(Element host) {
    var pages = new TreeMap<Integer, Long>();
    Xml.child(host, "topology", "cells").stream()
        .flatMap(cells -> Xml.children(cells, "cell").stream())
        .flatMap(cell -> Xml.children(cell, "pages").stream())
        .forEach(one -> {
          int kib = Math.toIntExact(number(one.getAttribute("size")));
          if (kib > USUAL_KIB) {
            pages.merge(kib, number(one.getTextContent().strip()), Math::addExact);
          }
        });
    return pages;
  }

  private static long number(String text) {
    if (!text.matches("[0-9]{1,12}")) {
      throw new IllegalArgumentException("a number of pages is " + Said.shown(text));
    }
    return Long.parseLong(text);
  }

  /// KVM offers a processor's own virtualisation to servers only where its module is told to nest.
  private static boolean nested(Element capabilities) {
    return Xml.child(capabilities, "cpu").stream()
        .flatMap(cpu -> Xml.children(cpu, "mode").stream())
        .filter(mode -> mode.getAttribute("name").equals("host-model"))
        .flatMap(mode -> Xml.children(mode, "feature").stream())
        .filter(feature -> !feature.getAttribute("policy").equals("disable"))
        .anyMatch(feature -> List.of("vmx", "svm").contains(feature.getAttribute("name")));
  }

  /// Into how many a device can be shared out, by its `<device>` (formatnode); 0: it cannot.
  static int virtualFunctions(String device) {
    return Xml.child(Xml.parse(device), "capability").stream()
        .flatMap(pci -> Xml.children(pci, "capability").stream())
        .filter(one -> one.getAttribute("type").equals("virt_functions"))
        .mapToInt(one -> Math.toIntExact(number(one.getAttribute("maxCount"))))
        .max()
        .orElse(0);
  }
}
