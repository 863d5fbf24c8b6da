// The few words of `crictl` that kubeadm says, over the container runtime's own interface: Debian 12
// has no cri-tools. build.sh builds it with what the tree of Kubernetes has in its vendor folder.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

func main() {
	if len(os.Args) < 4 || os.Args[1] != "-r" {
		fail(fmt.Errorf("crictl -r SOCKET info | pods -q | stopp POD | rmp POD | pull IMAGE | inspecti IMAGE"))
	}
	word, argument := os.Args[3], os.Args[len(os.Args)-1]
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	socket := strings.TrimPrefix(os.Args[2], "unix://")
	connection, err := grpc.DialContext(ctx, "unix:"+socket, grpc.WithInsecure(), grpc.WithBlock())
	fail(err)
	pods, images := cri.NewRuntimeServiceClient(connection), cri.NewImageServiceClient(connection)
	image := &cri.ImageSpec{Image: argument}
	switch word {
	case "info":
		status, err := pods.Status(ctx, &cri.StatusRequest{})
		fail(err)
		fmt.Println(status.Status)
	case "pods":
		list, err := pods.ListPodSandbox(ctx, &cri.ListPodSandboxRequest{})
		fail(err)
		for _, pod := range list.Items {
			fmt.Println(pod.Id)
		}
	case "stopp":
		_, err = pods.StopPodSandbox(ctx, &cri.StopPodSandboxRequest{PodSandboxId: argument})
		fail(err)
	case "rmp":
		_, err = pods.RemovePodSandbox(ctx, &cri.RemovePodSandboxRequest{PodSandboxId: argument})
		fail(err)
	case "pull":
		_, err = images.PullImage(ctx, &cri.PullImageRequest{Image: image})
		fail(err)
	case "inspecti":
		status, err := images.ImageStatus(ctx, &cri.ImageStatusRequest{Image: image})
		fail(err)
		if status.Image == nil {
			fail(fmt.Errorf("no image %s", argument))
		}
		fmt.Println(status.Image.Id)
	default:
		fail(fmt.Errorf("crictl does not know %s", word))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
