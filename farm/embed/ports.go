package embed

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"go.temporal.io/server/common/primitives"
)

// ports are those on which the services listen. Only that of the frontend is for others.
type ports struct {
	frontend netip.AddrPort
	inner    map[primitives.ServiceName]int
}

// findPorts returns the wanted port, or a free one, for the frontend, and free ones for the other
// services.
func findPorts(wanted netip.AddrPort) (found ports, err error) {
	var open []net.Listener // all at once, so that the free ports differ
	defer func() {
		for _, listener := range open {
			err = errors.Join(err, listener.Close())
		}
	}()
	listen := func(address string) (int, error) {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return 0, fmt.Errorf("start a server: %w", err)
		}
		open = append(open, listener)
		return listener.Addr().(*net.TCPAddr).Port, nil
	}
	port, err := listen(wanted.String())
	if err != nil {
		return ports{}, err
	}
	found = ports{
		frontend: netip.AddrPortFrom(wanted.Addr(), uint16(port)),
		inner:    map[primitives.ServiceName]int{},
	}
	for _, service := range innerServices() {
		if found.inner[service], err = listen(defaultAddress); err != nil {
			return ports{}, err
		}
	}
	return found, nil
}

func innerServices() []primitives.ServiceName {
	return []primitives.ServiceName{primitives.HistoryService, primitives.MatchingService, primitives.WorkerService}
}

// near returns the address at which this machine reaches the frontend.
func (p ports) near() string {
	address := p.frontend.Addr()
	switch {
	case address.Is6() && address.IsUnspecified():
		address = netip.IPv6Loopback()
	case address.IsUnspecified():
		address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(address, p.frontend.Port()).String()
}
