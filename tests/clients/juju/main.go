// Drives an appliance with the MAAS client of Juju (Debian: golang-github-juju-gomaasapi-dev), as
// Juju does: log in, look around, allocate, deploy, release, devices, tags, files. Each step is a
// line on stdout: "ok NAME DETAIL", "absent NAME ERROR" where the server has no such thing (404),
// or "failed NAME ERROR".
//
// usage: juju BASE_URL API_KEY DISTRO_SERIES
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/juju/gomaasapi"
)

func step(name string, do func() (string, error)) {
	detail, err := do()
	word := "ok"
	if err != nil {
		word, detail = "failed", strings.ReplaceAll(err.Error(), "\n", " ")
		if strings.Contains(detail, "Unknown API endpoint") {
			word = "absent"
		}
	}
	fmt.Println(word, name, detail)
}

func main() {
	base, key, series := os.Args[1], os.Args[2], os.Args[3]
	var maas gomaasapi.Controller
	step("refuses-a-wrong-key", func() (string, error) {
		wrong := key[:len(key)-2] + "--"
		_, err := gomaasapi.NewController(gomaasapi.ControllerArgs{BaseURL: base, APIKey: wrong})
		if err == nil {
			return "", fmt.Errorf("a wrong key was accepted")
		}
		return "", nil
	})
	step("login", func() (string, error) {
		var err error
		maas, err = gomaasapi.NewController(gomaasapi.ControllerArgs{BaseURL: base, APIKey: key})
		if err != nil {
			return "", err
		}
		return fmt.Sprint(maas.Capabilities().SortedValues()), nil
	})
	if maas == nil {
		os.Exit(1)
	}
	step("machines", func() (string, error) {
		all, err := maas.Machines(gomaasapi.MachinesArgs{})
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("no machines")
		}
		if err != nil {
			return "", err
		}
		one, err := maas.Machines(gomaasapi.MachinesArgs{SystemIDs: []string{all[0].SystemID()}})
		if err == nil && len(one) != 1 {
			err = fmt.Errorf("asked for one machine, got %d", len(one))
		}
		return fmt.Sprint(len(all), " ", all[0].Hostname(), " ", all[0].Memory()), err
	})
	step("zones", func() (string, error) { all, err := maas.Zones(); return fmt.Sprint(len(all)), err })
	step("pools", func() (string, error) { all, err := maas.Pools(); return fmt.Sprint(len(all)), err })
	step("fabrics", func() (string, error) { all, err := maas.Fabrics(); return fmt.Sprint(len(all)), err })
	step("spaces", func() (string, error) { all, err := maas.Spaces(); return fmt.Sprint(len(all)), err })
	step("static-routes", func() (string, error) {
		all, err := maas.StaticRoutes()
		return fmt.Sprint(len(all)), err
	})
	step("domains", func() (string, error) { all, err := maas.Domains(); return fmt.Sprint(len(all)), err })
	step("boot-resources", func() (string, error) {
		all, err := maas.BootResources()
		return fmt.Sprint(len(all)), err
	})
	step("tags", func() (string, error) { all, err := maas.Tags(); return fmt.Sprint(len(all)), err })

	var machine gomaasapi.Machine
	step("no-match", func() (string, error) {
		_, _, err := maas.AllocateMachine(gomaasapi.AllocateMachineArgs{MinCPUCount: 5000})
		if !gomaasapi.IsNoMatchError(err) {
			return "", fmt.Errorf("wanted a NoMatchError, got %v", err)
		}
		return err.Error(), nil
	})
	step("allocate", func() (string, error) {
		var err error
		var matches gomaasapi.ConstraintMatches
		machine, matches, err = maas.AllocateMachine(gomaasapi.AllocateMachineArgs{
			MinCPUCount: 1,
			MinMemory:   512,
			AgentName:   "juju-agent",
			Storage:     []gomaasapi.StorageSpec{{Label: "root", Size: 1}},
		})
		if err != nil {
			return "", err
		}
		if len(matches.Storage["root"]) != 1 {
			return "", fmt.Errorf("no disk for the label root: %v", matches)
		}
		return machine.SystemID(), nil
	})
	if machine == nil {
		os.Exit(1)
	}
	step("owner-data", func() (string, error) {
		return machine.SystemID(), machine.SetOwnerData(map[string]string{"juju-model": "wire ä+%"})
	})
	step("found-by-owner-data", func() (string, error) {
		some, err := maas.Machines(gomaasapi.MachinesArgs{
			OwnerData: map[string]string{"juju-model": "wire ä+%"}})
		if err == nil && (len(some) != 1 || some[0].SystemID() != machine.SystemID()) {
			err = fmt.Errorf("found %d machines", len(some))
		}
		return "", err
	})
	step("deploy", func() (string, error) {
		data := base64.StdEncoding.EncodeToString([]byte("#cloud-config\n{}\n"))
		err := machine.Start(gomaasapi.StartArgs{DistroSeries: series, UserData: data})
		if err == nil && machine.StatusName() != "Deploying" {
			err = fmt.Errorf("the machine is %s", machine.StatusName())
		}
		return machine.OperatingSystem() + " " + machine.DistroSeries(), err
	})
	step("machine-device", func() (string, error) {
		nic := machine.BootInterface()
		if nic == nil || nic.VLAN() == nil {
			return "", fmt.Errorf("no boot interface, or it has no VLAN")
		}
		return fmt.Sprint(nic.Name(), " ", nic.MACAddress(), " vlan ", nic.VLAN().ID()), nil
	})
	step("deployed", func() (string, error) {
		for i := 0; i < 60; i++ {
			now, err := maas.Machines(gomaasapi.MachinesArgs{SystemIDs: []string{machine.SystemID()}})
			if err != nil {
				return "", err
			}
			if len(now) == 1 && now[0].StatusName() == "Deployed" {
				return now[0].StatusName(), nil
			}
			time.Sleep(500 * time.Millisecond)
		}
		return "", fmt.Errorf("not Deployed after 30 s")
	})
	step("release", func() (string, error) {
		args := gomaasapi.ReleaseMachinesArgs{SystemIDs: []string{machine.SystemID()}, Comment: "done"}
		return "", maas.ReleaseMachines(args)
	})

	step("create-device", func() (string, error) {
		device, err := maas.CreateDevice(gomaasapi.CreateDeviceArgs{
			Hostname: "juju-container", MACAddresses: []string{"52:54:00:aa:bb:01"}})
		if err != nil {
			return "", err
		}
		return device.SystemID(), nil
	})
	step("devices", func() (string, error) {
		all, err := maas.Devices(gomaasapi.DevicesArgs{Hostname: []string{"juju-container"}})
		if err != nil {
			return "", err
		}
		if len(all) != 1 {
			return "", fmt.Errorf("found %d devices", len(all))
		}
		return all[0].FQDN(), all[0].Delete()
	})

	content := []byte("tools\x00\r\n--not a boundary\n")
	step("add-file", func() (string, error) {
		return "", maas.AddFile(gomaasapi.AddFileArgs{Filename: "juju-tools.tgz", Content: content})
	})
	step("files", func() (string, error) {
		all, err := maas.Files("juju-")
		if err != nil {
			return "", err
		}
		if len(all) != 1 {
			return "", fmt.Errorf("found %d files", len(all))
		}
		return all[0].AnonymousURL(), nil
	})
	step("get-file", func() (string, error) {
		file, err := maas.GetFile("juju-tools.tgz")
		if err != nil {
			return "", err
		}
		got, err := file.ReadAll()
		if err == nil && !bytes.Equal(got, content) {
			err = fmt.Errorf("the file came back as %q", got)
		}
		if err != nil {
			return "", err
		}
		return "", file.Delete()
	})
}
