package embed

import (
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/avloom/avloom/api"
)

// Config says where a server keeps its data and where it listens. The zero value is a server in
// memory, on a free port of 127.0.0.1.
type Config struct {
	// File is the SQLite database, which is made if it does not exist; its folder must exist, on a
	// disk of this machine: SQLite's locks do not work on network file systems. Beside it lie files
	// whose names begin with its own. "": memory.
	File string
	// Address is the IP address and port on which the server listens. A port of 0 is a free one,
	// which Server.Address tells. Whoever reaches the address can start and read everything: an
	// address other than 127.0.0.1, such as 0.0.0.0:7233, is for a network in which everybody may do
	// that. "": 127.0.0.1:0.
	Address string
	// Namespace separates runs from those of others on the same server. "": default.
	Namespace string
	// Retention is how long a run can be found after its end, at least an hour. 0: a week.
	Retention time.Duration
	// Log gets what the server logs from Level on. nil: slog.Default().
	Log *slog.Logger
	// Level is the lowest level of what is logged. The server logs much at levels below warnings.
	// nil: slog.LevelWarn.
	Level slog.Leveler
}

const (
	defaultAddress   = "127.0.0.1:0"
	defaultNamespace = "default"
	defaultRetention = 7 * 24 * time.Hour
)

// complete returns cfg with its defaults, and the address as numbers.
func (cfg Config) complete() (Config, netip.AddrPort, error) {
	if cfg.Address == "" {
		cfg.Address = defaultAddress
	}
	if cfg.Namespace == "" {
		cfg.Namespace = defaultNamespace
	}
	if cfg.Retention == 0 {
		cfg.Retention = defaultRetention
	}
	if cfg.Retention < time.Hour {
		return cfg, netip.AddrPort{}, &api.ConfigError{
			Field: "Config.Retention", Value: cfg.Retention, Reason: "the server keeps ended runs for at least an hour",
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Level == nil {
		cfg.Level = slog.LevelWarn
	}
	address, err := parseAddress(cfg.Address)
	return cfg, address, err
}

func parseAddress(address string) (netip.AddrPort, error) {
	parsed, err := netip.ParseAddrPort(address)
	if err == nil {
		return parsed, nil
	}
	host, port, splitErr := net.SplitHostPort(address)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if splitErr == nil && portErr == nil {
		switch host {
		case "localhost":
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(number)), nil
		case "":
			return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(number)), nil
		}
	}
	return netip.AddrPort{}, &api.ConfigError{
		Field: "Config.Address", Value: address, Reason: "it is not an IP address with a port",
		Supported: []string{"127.0.0.1:7233", "0.0.0.0:7233", "127.0.0.1:0 for a free port"},
	}
}
