package embed

import (
	"fmt"
	"net/netip"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

// clusterName is that of the only cluster. A file keeps it.
const clusterName = "active"

// serverConfig is the configuration of a server that is a whole cluster.
func serverConfig(db *config.SQL, p ports) *config.Config {
	disabled := "disabled"
	return &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second}},
		Persistence: config.Persistence{
			DefaultStore: sqliteplugin.PluginName, VisibilityStore: sqliteplugin.PluginName, NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{sqliteplugin.PluginName: {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: p.near()},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services(p),
		Archival: config.Archival{
			History:    config.HistoryArchival{State: disabled},
			Visibility: config.VisibilityArchival{State: disabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: disabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: disabled},
		}},
		PublicClient: config.PublicClient{HostPort: p.near()},
	}
}

func services(p ports) map[string]config.Service {
	all := map[string]config.Service{
		string(primitives.FrontendService): service(p.frontend.Addr().String(), int(p.frontend.Port())),
	}
	for name, port := range p.inner {
		all[string(name)] = service("127.0.0.1", port)
	}
	return all
}

func service(ip string, port int) config.Service {
	return config.Service{RPC: config.RPC{BindOnIP: ip, GRPCPort: port}}
}

// hosts tells each service where the others are, so that they need not look for each other.
func hosts(p ports) map[primitives.ServiceName]static.Hosts {
	all := map[primitives.ServiceName]static.Hosts{primitives.FrontendService: static.SingleLocalHost(p.near())}
	for name, port := range p.inner {
		all[name] = static.SingleLocalHost(fmt.Sprintf("%s:%d", netip.AddrFrom4([4]byte{127, 0, 0, 1}), port))
	}
	return all
}

// dynamicSettings are those of a server with one small database. The limits of requests a second
// are meant for clusters that many share; here they would only slow the start of a large run.
func dynamicSettings() dynamicconfig.StaticClient {
	const plenty = 100_000
	settings := dynamicconfig.StaticClient{}
	for key, value := range map[dynamicconfig.Key]any{
		// One partition of a task queue: a task finds a waiting worker at once.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

		dynamicconfig.FrontendRPS.Key():                        plenty,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key(): plenty,
		dynamicconfig.HistoryRPS.Key():                         plenty,
		dynamicconfig.MatchingRPS.Key():                        plenty,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():          plenty,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():           plenty,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():          plenty,

		// Lists of runs, which the server's page asks for.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
	} {
		settings[key] = []dynamicconfig.ConstrainedValue{{Value: value}}
	}
	return settings
}
