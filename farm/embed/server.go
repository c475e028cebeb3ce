package embed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/temporal"
)

// Server is a Temporal server in this process. Its methods may be called by several goroutines at
// the same time.
type Server struct {
	config   Config
	log      serverLog
	address  string // at which this machine reaches it
	database *database
	server   temporal.Server
	stop     func() error
}

// Start starts a server and returns when it is ready. The caller calls Stop; ctx ends only the
// start. A wrong Config gives an *api.ConfigError; a port or a file that another server has, an
// error that says so.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, address, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	ports, err := findPorts(address)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, cfg.File)
	if err != nil {
		return nil, err
	}
	cfg.Log = slog.New(levelHandler{cfg.Log.Handler(), cfg.Level})
	s := &Server{config: cfg, log: newServerLog(cfg.Log), address: ports.near(), database: db}
	s.stop = sync.OnceValue(s.halt)
	if err := s.start(ctx, ports); err != nil {
		return nil, fmt.Errorf("start a Temporal server: %w", errors.Join(err, s.Stop()))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, p ports) (err error) {
	if err := s.createNamespace(); err != nil {
		return err
	}
	if s.server, err = s.build(p); err != nil {
		return err
	}
	if err := s.server.Start(); err != nil {
		return err
	}
	return s.awaitReady(ctx)
}

// build makes the server and the listeners of all its services.
func (s *Server) build(p ports) (server temporal.Server, err error) {
	defer func() {
		switch failure := recover().(type) {
		case nil:
		case fatalError:
			err = failure
		default:
			panic(failure)
		}
	}()
	s.log.building.Store(true)
	defer s.log.building.Store(false)
	return temporal.NewServer(
		temporal.WithConfig(serverConfig(s.database.config, p)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts(p)),
		temporal.WithLogger(s.log),
		temporal.WithDynamicConfigClient(dynamicSettings()),
	)
}

// Address returns the IP address and port at which programs on this machine reach the server.
func (s *Server) Address() string { return s.address }

// Namespace returns that of the Config, which a client names.
func (s *Server) Namespace() string { return s.config.Namespace }

// firstAnswer is how long the server may take for its first answer. It is there, and may be slow on
// a machine that has much else to do: the SDK's five seconds are for one that may be absent.
const firstAnswer = time.Minute

// Dial returns a client of the server. The caller closes it.
func (s *Server) Dial(ctx context.Context) (client.Client, error) {
	return client.DialContext(ctx, client.Options{
		HostPort: s.address, Namespace: s.config.Namespace, Logger: sdklog.NewStructuredLogger(s.config.Log),
		ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: firstAnswer},
	})
}

// Stop ends the server, within seconds. With a file, a later server goes on with the runs. Calling
// it again returns the same error.
func (s *Server) Stop() error { return s.stop() }

func (s *Server) halt() error {
	s.log.closed.Store(true)
	var err error
	if s.server != nil {
		err = s.server.Stop()
	}
	return errors.Join(err, s.database.close())
}
